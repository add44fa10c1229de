// Opening streams of one session: as many at once as the server allows, the rest in a queue that signals can leave.
//
// Chromium refuses a stream beyond the server's limit where Firefox waits; here both wait. `call.ts` uses the streams.

import { Code, ConnectError } from "@connectrpc/connect";
import { ignore, unavailable, untilAborted } from "./errors.js";

/** First and longest pause after the browser refused a stream, in milliseconds. */
const RETRY_MS = [2, 100] as const;

/** A stream, and the place that it takes. */
export interface Lease {
  readonly stream: WebTransportBidirectionalStream;
  /** Gives the place to the next one. To be called once, when both halves are done. */
  release(): void;
}

interface Waiter {
  go(): void;
  fail(error: ConnectError): void;
}

/** The streams of one session. */
export class Streams {
  readonly #webTransport: WebTransport;
  readonly #maxQueued: number;
  readonly #waiting = new Set<Waiter>();
  #free: number;
  #over: ConnectError | undefined;

  /** At most `maxStreams` at once; `maxQueued` more may wait. */
  constructor(webTransport: WebTransport, maxStreams: number, maxQueued: number) {
    this.#webTransport = webTransport;
    this.#free = maxStreams;
    this.#maxQueued = maxQueued;
    const over = (cause?: unknown) => this.#end(unavailable("the session is over", cause));
    webTransport.closed.then(() => over(), over);
  }

  /** Whether the session has ended. */
  get over(): boolean {
    return this.#over !== undefined;
  }

  /**
   * Opens a stream, after those who asked earlier.
   *
   * @throws ConnectError UNAVAILABLE if the session is over, RESOURCE_EXHAUSTED if too many wait, the signal's reason.
   */
  async open(signal?: AbortSignal): Promise<Lease> {
    await this.#place(signal);
    let released = false;
    const release = () => {
      if (!released) this.#release();
      released = true;
    };
    try {
      return { stream: await this.#stream(signal), release };
    } catch (error) {
      release();
      throw error;
    }
  }

  #place(signal?: AbortSignal): Promise<void> {
    if (this.#over) return Promise.reject(this.#over);
    if (this.#free > 0) {
      this.#free -= 1;
      return Promise.resolve();
    }
    if (this.#waiting.size >= this.#maxQueued) {
      return Promise.reject(new ConnectError("too many calls wait for a stream", Code.ResourceExhausted));
    }
    let waiter: Waiter | undefined;
    const place = new Promise<void>((go, fail) => {
      waiter = { go, fail };
      this.#waiting.add(waiter);
    });
    const leave = () => this.#release();
    return untilAborted(place, signal, leave).catch((error) => {
      // Whoever left before its turn gives nothing back.
      if (waiter && this.#waiting.delete(waiter)) waiter.fail(error);
      throw error;
    });
  }

  async #stream(signal?: AbortSignal): Promise<WebTransportBidirectionalStream> {
    for (let pause: number = RETRY_MS[0]; ; pause = Math.min(2 * pause, RETRY_MS[1])) {
      if (this.#over) throw this.#over;
      try {
        return await untilAborted(this.#webTransport.createBidirectionalStream(), signal, discard);
      } catch (error) {
        if (signal?.aborted) throw error;
        if (error instanceof DOMException && error.name === "InvalidStateError") {
          throw unavailable("the session is over", error);
        }
      }
      // The server gives credit back a little after a call's end, and nothing tells when.
      await untilAborted(new Promise<void>((done) => setTimeout(done, pause)), signal);
    }
  }

  #release(): void {
    for (const waiter of this.#waiting) {
      this.#waiting.delete(waiter);
      waiter.go();
      return;
    }
    this.#free += 1;
  }

  #end(error: ConnectError): void {
    this.#over = error;
    for (const waiter of this.#waiting) waiter.fail(error);
    this.#waiting.clear();
  }
}

/** Ends a stream that came too late for its call. By FIN: a reset could overtake the preamble, and hold up other streams. */
function discard(stream: WebTransportBidirectionalStream): void {
  stream.writable.close().catch(ignore);
  stream.readable.cancel().catch(ignore);
}
