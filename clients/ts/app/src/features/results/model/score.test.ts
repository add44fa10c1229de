// The same vectors as the server's own tests: published ones and ones computed by hand.
import { describe, expect, it } from "vitest";
import { ALL, points, type Scoring, share, streakBonus } from "./score";

const KAHOOT: Scoring = { kind: "kahoot" };
const CLASSIC: Scoring = { kind: "linear", permille: 500 };
const ACCURACY: Scoring = { kind: "linear", permille: 0 };
const RACE: Scoring = { kind: "linear", permille: 1000 };

describe("points", () => {
  it.each<[Scoring, number, number, number, number]>([
    [KAHOOT, 1000, 2000, 30_000, 967],
    [KAHOOT, 1000, 499, 30_000, 1000],
    [KAHOOT, 1000, 500, 30_000, 992],
    [KAHOOT, 1000, 30_000, 30_000, 500],
    [KAHOOT, 2000, 15_000, 30_000, 1500],
    [CLASSIC, 1000, 0, 10_000, 1000],
    [CLASSIC, 1000, 500, 10_000, 1000],
    [CLASSIC, 1000, 5250, 10_000, 750],
    [CLASSIC, 1000, 10_000, 10_000, 500],
    [CLASSIC, 1000, 60_000, 10_000, 500],
    [CLASSIC, 0, 1000, 10_000, 0],
    [RACE, 1000, 10_000, 10_000, 0],
    [RACE, 1000, 5250, 10_000, 500],
    [ACCURACY, 500, 9999, 10_000, 500],
    [RACE, 1000, 400, 500, 1000],
    // Exactly half a point is lost, which is rounded up.
    [CLASSIC, 1000, 519, 10_000, 999],
    [CLASSIC, 2000, 519, 19_500, 1999],
    [CLASSIC, 1000, 519, 19_500, 1000],
    // No limit: time does not count.
    [RACE, 1000, 99_000, 0, 1000],
  ])("%o: %i points after %i of %i ms are %i", (scoring, possible, t, limit, expected) => {
    expect(points(scoring, possible, ALL, t, limit)).toBe(expected);
  });

  it("rounds share and speed once", () => {
    expect(points(CLASSIC, 1000, share(1n, 3n), 5250, 10_000)).toBe(250);
    expect(points(ACCURACY, 1, share(1n, 2n), 0, 0)).toBe(1);
    expect(points(ACCURACY, 1, share(49n, 100n), 0, 0)).toBe(0);
  });

  it("keeps shares within one, in lowest terms and 64 bits", () => {
    expect(share(3n, 2n)).toEqual(ALL);
    expect(share(1n, 0n)).toEqual(ALL);
    expect(share(2n, 6n)).toEqual({ part: 1n, whole: 3n });
    expect(share(1n, (1n << 100n) + 1n).whole).toBeLessThan(1n << 64n);
  });
});

it("streaks grow to a cap", () => {
  expect([0, 1, 2, 3, 6, 7, 4_294_967_295].map(streakBonus)).toEqual([0, 0, 100, 200, 500, 500, 500]);
});
