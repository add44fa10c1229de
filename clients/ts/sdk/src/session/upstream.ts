// What goes up a stream: a queue that is an async iterable.
//
// Bounded by its users: commands by their window, everything else by one per room and kind. The cap is a net under that.

/** Most messages that wait for the stream to take them. */
const CAP = 1_024;

/** A queue of messages for a stream that reads at its own pace. */
export class Upstream<T> implements AsyncIterable<T> {
  readonly #waiting: T[] = [];
  #wake: (() => void) | undefined;
  #ended = false;

  /** Queues a message; `false` if the stream has ended or takes nothing any more. */
  push(message: T): boolean {
    if (this.#ended || this.#waiting.length >= CAP) return false;
    this.#waiting.push(message);
    this.#wake?.();
    return true;
  }

  /** Ends the stream behind what waits. */
  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  [Symbol.asyncIterator](): AsyncIterator<T> {
    return {
      next: async (): Promise<IteratorResult<T>> => {
        for (;;) {
          const value = this.#waiting.shift();
          if (value !== undefined) return { done: false, value };
          if (this.#ended) return { done: true, value: undefined };
          await new Promise<void>((wake) => {
            this.#wake = wake;
          });
        }
      },
      return: async (): Promise<IteratorResult<T>> => {
        this.end();
        return { done: true, value: undefined };
      },
      // Connect hands the failure of a call to its messages, and insists that they take it.
      throw: async (): Promise<IteratorResult<T>> => {
        this.end();
        return { done: true, value: undefined };
      },
    };
  }
}
