// One alarm clock for the whole page: wakes its callers at moments of the server's clock, those of one moment together.
//
// Neighbours: `countdown` sleeps here.

import { quietly } from "../quietly.js";
import type { Clock } from "../types.js";

/** Longest sleep at a stretch: the clock may be set meanwhile, and the device may sleep. */
const LONGEST_MS = 1000;
/** How much before the moment the timer hands over to the frames of the screen, whose timing is finer. */
const FRAME_MS = 20;

interface Sleeper {
  readonly clock: Clock;
  readonly timeMs: number;
  readonly wake: () => void;
}

const sleepers = new Set<Sleeper>();
let cancel: (() => void) | undefined;

/** Calls back once when the clock shows `timeMs`, at most one frame of the screen later; until the returned function is called. */
export function wakeAt(clock: Clock, timeMs: number, wake: () => void): () => void {
  const sleeper: Sleeper = { clock, timeMs, wake };
  sleepers.add(sleeper);
  schedule();
  return () => {
    sleepers.delete(sleeper);
    schedule();
  };
}

function schedule(): void {
  cancel?.();
  cancel = undefined;
  let soonest = Number.POSITIVE_INFINITY;
  for (const { clock, timeMs } of sleepers) soonest = Math.min(soonest, timeMs - clock.now());
  if (soonest === Number.POSITIVE_INFINITY) return;
  // Frames stand still in a hidden page, where nobody sees the difference: timers do there.
  if (soonest <= FRAME_MS && document.visibilityState === "visible") {
    const id = requestAnimationFrame(ring);
    cancel = () => cancelAnimationFrame(id);
  } else {
    const id = setTimeout(ring, Math.min(LONGEST_MS, Math.max(0, soonest - FRAME_MS)));
    cancel = () => clearTimeout(id);
  }
}

function ring(): void {
  cancel = undefined;
  for (const sleeper of [...sleepers]) {
    if (sleeper.clock.now() < sleeper.timeMs || !sleepers.delete(sleeper)) continue;
    quietly(sleeper.wake);
  }
  schedule();
}
