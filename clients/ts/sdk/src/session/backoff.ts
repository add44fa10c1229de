// How long to wait before the next attempt: exponential with full jitter.
//
// Pure; `driver` holds the clock and the dice. Full jitter draws a delay evenly from zero to the step of the ladder, so that
// a whole class that was cut off at one instant does not come back at one instant.

/** The ladder, in milliseconds. */
export interface BackoffPolicy {
  /** Longest first delay. */
  readonly base: number;
  /** Longest delay of all. */
  readonly cap: number;
  /** Shortest delay. */
  readonly floor?: number;
}

/** Where somebody stands on the ladder. */
export class Backoff {
  readonly #policy: BackoffPolicy;
  #failures = 0;

  constructor(policy: BackoffPolicy) {
    this.#policy = policy;
  }

  /** The longest delay of the step that comes next. */
  get step(): number {
    return Math.min(this.#policy.cap, this.#policy.base * 2 ** Math.min(this.#failures, 30));
  }

  /** The delay after one more failure; `roll` is drawn evenly from 0 to 1. */
  next(roll: number): number {
    const delay = Math.max(this.#policy.floor ?? 0, this.step * Math.min(1, Math.max(0, roll)));
    this.#failures += 1;
    return delay;
  }

  /** Back to the foot. */
  reset(): void {
    this.#failures = 0;
  }
}
