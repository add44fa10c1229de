// Pictures of this server are shown; of others only the words, and nobody waits for them.
import { render } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { Picture } from "./Picture";

test.each([
  ["/media/0123", true],
  ["https://elsewhere.example/a.png", false],
  ["//elsewhere.example/a.png", false],
  ["/\\elsewhere.example/a.png", false],
  ["/\t/elsewhere.example/a.png", false],
  ["javascript:alert(1)", false],
  ["data:image/png;base64,AAAA", false],
])("%s", (url, own) => {
  const settled = vi.fn();
  const { container } = render(<Picture url={url} alt="A map" onSettled={settled} />);
  const image = container.querySelector("img");
  expect(image !== null).toBe(own);
  expect(container.textContent).toBe(own ? "" : "A map");
  expect(settled).toHaveBeenCalledTimes(own ? 0 : 1);
  image?.dispatchEvent(new Event("error"));
  expect(settled).toHaveBeenCalledTimes(1);
});
