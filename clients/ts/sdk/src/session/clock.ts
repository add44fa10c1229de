// The server's clock as this device knows it: four-stamp samples, of which the one with the least delay counts.
//
// `ClockSync` is pure and tells when the next sample is due; `SessionClock` is what applications read. With t0 and t3 from the
// device and t1 and t2 from the server, the truth lies within half the delay of the offset, whatever share of the delay each
// way took; hence the least delay, and not a mean, is worth most. Local stamps come from `performance.now()`, which nobody sets.

import type { Clock } from "../types.js";

const WINDOW = 8;
const BURST = 5;
const BURST_EVERY_MS = 200;
const EVERY_MS = 15_000;
/** A delay this far above the best one tells of another path. */
const JUMP_MS = 50;

/** What one sample says, in milliseconds. */
export interface Estimate {
  /** Server's clock minus local clock. */
  readonly offset: number;
  /** Round trip without the time in the server. */
  readonly delay: number;
}

/** The samples, and when the next one is due. Times are local, in milliseconds. */
export class ClockSync {
  #samples: Estimate[] = [];
  /** The next sample is the first of a new path, and older ones no longer count. */
  #afresh = true;
  #burstLeft = BURST;
  #nextAt: number;

  constructor(now: number) {
    this.#nextAt = now;
  }

  /** When the next sample is due. */
  get nextAt(): number {
    return this.#nextAt;
  }

  /** The best sample of the last eight. */
  get estimate(): Estimate | undefined {
    return this.#samples.reduce<Estimate | undefined>(
      (best, sample) => (best && best.delay <= sample.delay ? best : sample),
      undefined,
    );
  }

  /** A sample is under way. */
  sent(now: number): void {
    this.#burstLeft = Math.max(0, this.#burstLeft - 1);
    this.#nextAt = now + (this.#burstLeft > 0 ? BURST_EVERY_MS : EVERY_MS);
  }

  /** A sample has come back. Returns whether its stamps can be true; it is ignored if not. */
  sample(now: number, t0: number, t1: number, t2: number, t3: number): boolean {
    const delay = t3 - t0 - (t2 - t1);
    // Stamps are rounded to microseconds on both sides, so a delay may come out a hair below zero.
    if (!(t3 >= t0 && t2 >= t1 && delay >= -0.01)) return false;
    this.#add(now, { offset: (t1 - t0 + (t2 - t3)) / 2, delay: Math.max(0, delay) });
    return true;
  }

  /** The greeting is a coarse sample: one stamp in whole milliseconds. The first real sample replaces it. */
  greeting(now: number, t0: number, serverTimeMs: number, t3: number): void {
    if (!this.#afresh && this.#samples.length > 0) return;
    this.#add(now, { offset: serverTimeMs + 0.5 - (t0 + t3) / 2, delay: Math.max(0, t3 - t0) + 1 });
    this.#afresh = true;
  }

  /** The path may be another one: a burst begins at once, and its first sample ends the old ones. */
  restart(now: number): void {
    this.#afresh = true;
    this.#burstLeft = BURST;
    this.#nextAt = now;
  }

  #add(now: number, sample: Estimate): void {
    const best = this.estimate;
    if (best && !this.#afresh) {
      const apart = Math.abs(sample.offset - best.offset);
      if (apart > (sample.delay + best.delay) / 2 + 1) {
        // Both cannot be true of one clock: it was set, or the device slept.
        this.#samples = [];
        this.#burstAgain(now);
      } else if (sample.delay > best.delay + JUMP_MS) {
        this.#burstAgain(now);
      }
    }
    if (this.#afresh) this.#samples = [];
    this.#afresh = false;
    this.#samples = [...this.#samples, sample].slice(-WINDOW);
  }

  /** Never within a burst, or a clock that is set all the time would be asked without a pause. */
  #burstAgain(now: number): void {
    if (this.#burstLeft > 0) return;
    this.#burstLeft = BURST;
    this.#nextAt = now;
  }
}

/** How fast a small error is worked off: a quarter of the time that passes. */
const SLEW = 0.25;
/** Errors beyond this are not worked off gently. */
const COARSE_MS = 1_000;
/** Errors forward beyond this are stepped over. */
const STEP_MS = 250;

/** The clock that applications read. */
export class SessionClock implements Clock {
  /** Local time, and the server's time that was shown for it. */
  #shown: { local: number; server: number };
  #estimate: Estimate | undefined;

  constructor() {
    this.#shown = { local: performance.now(), server: Date.now() };
  }

  now(): number {
    const local = performance.now();
    const elapsed = Math.max(0, local - this.#shown.local);
    const free = this.#shown.server + elapsed;
    this.#shown = { local, server: free + this.#correction(local, free, elapsed) };
    return this.#shown.server;
  }

  get errorMs(): number {
    return this.#estimate ? this.#estimate.delay / 2 : Number.POSITIVE_INFINITY;
  }

  toLocal(serverTimeMs: number): number {
    return this.#estimate ? serverTimeMs - this.#estimate.offset : serverTimeMs - this.now() + performance.now();
  }

  /** Goes by another estimate from now on. */
  follow(estimate: Estimate): void {
    const first = this.#estimate === undefined;
    // What was shown so far was shown by the old estimate.
    this.now();
    this.#estimate = estimate;
    if (first) {
      const local = performance.now();
      this.#shown = { local, server: local + estimate.offset };
    }
  }

  /** How far to move what runs freely. Never back by more than the time that has passed. */
  #correction(local: number, free: number, elapsed: number): number {
    if (!this.#estimate) return 0;
    const error = local + this.#estimate.offset - free;
    if (error > STEP_MS) return error;
    const most = elapsed * (error < -COARSE_MS ? 1 : SLEW);
    return Math.max(-most, Math.min(most, error));
  }
}
