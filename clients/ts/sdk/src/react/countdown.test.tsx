// Countdowns: they turn at the seconds of the server, together, and never back.

import { act, cleanup, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { fakeSession } from "../testing/index.js";
import type { Clock } from "../types.js";
import { TriviumProvider, useCountdown } from "./index.js";

/** The server's clock is this much ahead of the device's. */
let offsetMs = 0;
const clock: Clock = { now: () => Date.now() + offsetMs, errorMs: 5, toLocal: (ms) => ms - offsetMs };
const FRAME_MS = 17;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  offsetMs = 123_456;
});

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

function countdown(deadlineMs: number | bigint | undefined, options = {}) {
  const session = fakeSession({ clock });
  const shown: (number | undefined)[] = [];
  const at: number[] = [];
  const wrapper = ({ children }: { children: ReactNode }) => (
    <TriviumProvider session={session}>{children}</TriviumProvider>
  );
  const view = renderHook(
    (props: { deadlineMs: number | bigint | undefined; options: object }) => {
      shown.push(useCountdown(props.deadlineMs, props.options));
      at.push(clock.now());
    },
    { wrapper, initialProps: { deadlineMs, options } },
  );
  return { shown, at, rerender: view.rerender };
}

const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

test("turns once a second, when the server's second turns", async () => {
  const deadline = clock.now() + 3500;
  const { shown, at } = countdown(deadline);
  await pass(5000);
  expect(shown).toEqual([4, 3, 2, 1, 0]);
  for (const [nth, left] of shown.slice(1).entries()) {
    const late = (at[nth + 1] ?? 0) - (deadline - (left ?? 0) * 1000);
    expect(late).toBeGreaterThanOrEqual(0);
    expect(late).toBeLessThanOrEqual(FRAME_MS);
  }
});

test("two screens with other clocks turn at the same instant", async () => {
  const deadline = clock.now() + 2300;
  const one = countdown(deadline);
  const two = countdown(BigInt(deadline));
  await pass(3000);
  expect(two.shown).toEqual(one.shown);
  expect(two.at.slice(1)).toEqual(one.at.slice(1));
});

test("never goes up when the clock is set back", async () => {
  const deadline = clock.now() + 5000;
  const { shown } = countdown(deadline);
  await pass(2100);
  offsetMs -= 1500;
  await pass(8000);
  expect(shown).toEqual([5, 4, 3, 2, 1, 0]);
});

test("catches up when the clock is set forward, or the device has slept", async () => {
  const { shown } = countdown(clock.now() + 10_000);
  await pass(500);
  offsetMs += 6000;
  await pass(1100);
  expect(shown).toEqual([10, 4, 3]);
});

test("a later deadline may show more, and a pause holds what is left", async () => {
  const deadline = clock.now() + 2000;
  const { shown, rerender } = countdown(deadline);
  rerender({ deadlineMs: deadline + 5000, options: {} });
  rerender({ deadlineMs: deadline + 5000, options: { heldMs: 6400 } });
  await pass(3000);
  expect(shown.at(0)).toBe(2);
  expect(shown.at(-1)).toBe(7);
});

test.each([undefined, 0, 0n])(
  "without a deadline (%s) there is nothing to show, and nothing to wait for",
  async (none) => {
    const { shown } = countdown(none);
    expect(shown).toEqual([undefined]);
    expect(vi.getTimerCount()).toBe(0);
  },
);

test("steps may be other than seconds", async () => {
  const { shown } = countdown(clock.now() + 450, { stepMs: 100 });
  await pass(600);
  expect(shown).toEqual([5, 4, 3, 2, 1, 0]);
});
