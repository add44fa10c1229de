// Sizes for what scrolls: happy-dom lays nothing out, and a list without height draws no rows.
import { vi } from "vitest";

/** Gives boxes and items of lists a height, in pixels. `vi.restoreAllMocks` takes it back. */
export function giveSizes(box = 600, item = 76): void {
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(box);
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(800);
  vi.spyOn(HTMLElement.prototype, "offsetHeight", "get").mockReturnValue(item);
}
