// The server's clock: which sample counts, when one is due, and that what is shown never runs backwards.
// @vitest-environment node

import fc from "fast-check";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ClockSync, SessionClock } from "./clock.js";
import { useFakeTime } from "./fake/stage.js";

beforeEach(useFakeTime);
afterEach(() => {
  vi.useRealTimers();
});

/** A sample whose ways took `there` and `back`, of a server that is `offset` ahead, sent at `t0`. */
function stamps(offset: number, t0: number, there: number, back: number): [number, number, number, number] {
  const processing = 0.3;
  const t1 = t0 + there + offset;
  return [t0, t1, t1 + processing, t0 + there + processing + back];
}

it("goes by the sample with the least delay", () => {
  const sync = new ClockSync(0);
  expect(sync.estimate).toBeUndefined();
  for (const [there, back] of [
    [40, 10],
    [5, 5],
    [90, 20],
  ] as const) {
    sync.sample(0, ...stamps(7_000, 1, there, back));
  }
  expect(sync.estimate?.offset).toBeCloseTo(7_000);
  expect(sync.estimate?.delay).toBeCloseTo(10);
});

it("takes five samples at 200 ms, then one per 15 s", () => {
  const sync = new ClockSync(0);
  const due = Array.from({ length: 7 }, () => {
    const at = sync.nextAt;
    sync.sent(at);
    return at;
  });
  expect(due).toEqual([0, 200, 400, 600, 800, 15_800, 30_800]);
});

it("starts anew when the clock was set, and when the path got worse", () => {
  for (const [offset, there, kept] of [
    [5_000, 30, 31],
    [0, 60, 2],
  ] as const) {
    const sync = new ClockSync(0);
    for (let n = 0; n < 6; n++) {
      sync.sent(0);
      sync.sample(0, ...stamps(0, 0, 1, 1));
    }
    sync.sample(9_000, ...stamps(offset, 0, there, 1));
    expect(sync.estimate?.delay).toBeCloseTo(kept);
    expect(sync.nextAt).toBe(9_000);
  }
});

it("takes the greeting until the first real sample", () => {
  const sync = new ClockSync(0);
  sync.greeting(0, 1_000, 6_000, 1_000.2);
  expect(sync.estimate?.offset).toBeCloseTo(5_000.4);
  sync.sample(0, ...stamps(5_000, 1_000, 20, 20));
  expect(sync.estimate?.delay).toBeCloseTo(40);
});

it("ignores stamps that cannot be true", () => {
  for (const [t0, t1, t2, t3] of [
    [10, 0, 0, 9],
    [0, 10, 9, 10],
    [0, 0, 100, 50],
    [Number.NaN, 0, 0, 0],
  ] as const) {
    expect(new ClockSync(0).sample(0, t0, t1, t2, t3)).toBe(false);
  }
});

it("always has the truth within the error", () => {
  const ways = fc.array(fc.tuple(fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 0, max: 3_000 })), {
    minLength: 1,
    maxLength: 40,
  });
  fc.assert(
    fc.property(fc.integer({ min: -4e9, max: 4e9 }), ways, (offset, samples) => {
      const sync = new ClockSync(0);
      for (const [there, back] of samples) {
        sync.sample(0, ...stamps(offset, 0, there, back));
        const best = sync.estimate;
        if (!best) throw new Error("there is a sample");
        expect(Math.abs(best.offset - offset)).toBeLessThanOrEqual(best.delay / 2 + 1e-3);
      }
    }),
  );
});

it("shows the device's time before the first sample, and the server's after it", () => {
  const clock = new SessionClock();
  expect(clock.now()).toBe(Date.now());
  expect(clock.errorMs).toBe(Number.POSITIVE_INFINITY);
  clock.follow({ offset: 1_000_000 - performance.now(), delay: 8 });
  expect(clock.now()).toBeCloseTo(1_000_000);
  expect(clock.errorMs).toBe(4);
  expect(clock.toLocal(1_000_500)).toBeCloseTo(performance.now() + 500);
});

it("never runs backwards, and comes to the truth", () => {
  const changes = fc.array(
    fc.record({ passMs: fc.integer({ min: 0, max: 400 }), errorMs: fc.integer({ min: -900, max: 900 }) }),
    { minLength: 1, maxLength: 20 },
  );
  fc.assert(
    fc.property(changes, (steps) => {
      const clock = new SessionClock();
      const truth = 5_000;
      clock.follow({ offset: truth, delay: 1 });
      let last = clock.now();
      for (const { passMs, errorMs } of steps) {
        vi.advanceTimersByTime(passMs);
        clock.follow({ offset: truth + errorMs, delay: 1 });
        const now = clock.now();
        expect(now).toBeGreaterThanOrEqual(last);
        last = now;
      }
      clock.follow({ offset: truth, delay: 1 });
      for (let second = 0; second < 10; second++) {
        vi.advanceTimersByTime(1_000);
        const now = clock.now();
        expect(now).toBeGreaterThanOrEqual(last);
        last = now;
      }
      expect(last).toBeCloseTo(performance.now() + truth, 3);
    }),
  );
});
