// A countdown that turns on every screen at the same instant, by the server's clock.
//
// Neighbours: `schedule` wakes all countdowns of the page together.

import { useMemo } from "react";
import type { Clock, Readable } from "../types.js";
import { useSession } from "./context.js";
import { wakeAt } from "./schedule.js";
import { useSelected } from "./select.js";

/** How a countdown steps. */
export interface CountdownOptions {
  /** Width of a step [1,000 ms]. */
  readonly stepMs?: number;
  /** Time stands still at this many milliseconds left, such as in a pause. */
  readonly heldMs?: number | undefined;
}

/**
 * Steps left until a moment of the server's clock, rounded up: with steps of a second, 3 means more than two and at most
 * three seconds. Draws again only when the number changes, and for one deadline the number never goes up.
 * `undefined` without a deadline (absent or 0).
 */
export function useCountdown(
  deadlineMs: number | bigint | undefined,
  options: CountdownOptions = {},
): number | undefined {
  const { clock } = useSession();
  const { stepMs = 1000, heldMs } = options;
  const deadline = deadlineMs === undefined ? 0 : Number(deadlineMs);
  const readable = useMemo(
    () =>
      heldMs === undefined
        ? countdown(clock, deadline, stepMs)
        : held(deadline === 0 ? undefined : Math.ceil(heldMs / stepMs)),
    [clock, deadline, stepMs, heldMs],
  );
  return useSelected(readable, identity, Object.is);
}

/** The countdown to a deadline as a value that changes; nothing is scheduled while nobody listens. */
export function countdown(clock: Clock, deadlineMs: number, stepMs: number): Readable<number | undefined> {
  if (deadlineMs === 0) return held(undefined);
  let shown = Number.POSITIVE_INFINITY;
  const get = () => {
    // A better sample of the clock may set it back: what was shown stays until it is true again.
    shown = Math.min(shown, Math.max(0, Math.ceil((deadlineMs - clock.now()) / stepMs)));
    return shown;
  };
  return {
    get,
    subscribe(listener) {
      let stop = () => {};
      const next = () => {
        const left = get();
        if (left > 0) {
          stop = wakeAt(clock, deadlineMs - (left - 1) * stepMs, () => {
            const before = shown;
            if (get() !== before) listener();
            next();
          });
        }
      };
      next();
      return () => stop();
    },
  };
}

function held(value: number | undefined): Readable<number | undefined> {
  return { get: () => value, subscribe: () => () => {} };
}

function identity<T>(value: T): T {
  return value;
}
