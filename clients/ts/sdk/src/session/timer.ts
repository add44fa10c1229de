// One thing to be done later, that can be put off or dropped.

/** A timer that runs at most once per `set`. */
export class Timer {
  #id: ReturnType<typeof setTimeout> | undefined;

  /** Runs `action` in `ms` milliseconds, instead of whatever it was set to before. */
  set(ms: number, action: () => void): void {
    this.clear();
    this.#id = setTimeout(
      () => {
        this.#id = undefined;
        action();
      },
      Math.max(0, ms),
    );
  }

  /** Whether it will run. */
  get armed(): boolean {
    return this.#id !== undefined;
  }

  /** Drops it. */
  clear(): void {
    clearTimeout(this.#id);
    this.#id = undefined;
  }
}
