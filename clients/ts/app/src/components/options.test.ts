// Colours of options hold black text, and keys find their option.
import { describe, expect, it } from "vitest";
import { MOST_OPTIONS, optionLook, optionOfKey } from "./options";

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

describe("options", () => {
  const looks = Array.from({ length: MOST_OPTIONS }, (_, position) => optionLook(position));

  it.each(looks)("$letter holds black text", ({ colour }) => {
    expect((luminance(colour) + 0.05) / 0.05).toBeGreaterThanOrEqual(4.5);
  });

  it("have looks of their own", () => {
    for (const part of ["colour", "shape", "letter"] as const) {
      expect(new Set(looks.map((look) => look[part])).size).toBe(MOST_OPTIONS);
    }
  });

  it.each([
    ["1", 0],
    ["8", 7],
    ["9", -1],
    ["a", 0],
    ["H", 7],
    ["i", -1],
    ["", -1],
    ["12", -1],
    ["Enter", -1],
  ])("key %j is option %i", (key, position) => {
    expect(optionOfKey(key)).toBe(position);
  });
});
