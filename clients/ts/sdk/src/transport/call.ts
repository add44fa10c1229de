// One call on one stream: what Connect takes for an HTTP request goes out as envelopes, and an answer comes back.
//
// `transport.ts` gives this to Connect's gRPC-Web engine, which does messages, trailers, deadlines and interceptors.

import { Code, ConnectError } from "@connectrpc/connect";
import type { UniversalClientFn, UniversalClientResponse } from "@connectrpc/connect/protocol";
import { AnswerTracker, END_STREAM, envelope, HEADERS, HeadersReader, join } from "./envelope.js";
import { abortError, httpError, ignore, streamError, untilAborted } from "./errors.js";
import { type AnswerHead, encodeRequestBlock, parseAnswerBlock } from "./header-block.js";
import type { Lease, Streams } from "./streams.js";

/** Envelopes up to this size, in bytes, are copied together rather than written one by one. */
const JOINED_BYTES = 16_384;
/** The code that cancels. */
const CANCELLED = 1;

/**
 * An HTTP client whose requests are calls on a session's streams.
 *
 * @param eager Whether HEADERS go out before the first message: needed where a server may speak first; otherwise they
 * share a write, most often with the whole request.
 */
export function callsOver(streams: () => Promise<Streams>, eager: boolean): UniversalClientFn {
  return async (request) => {
    const messages = (request.body ?? none())[Symbol.asyncIterator]();
    const block = encodeRequestBlock(request.url, request.header);
    const { chunks, more } = await opening(envelope(HEADERS, block), messages, eager, request.signal);
    const session = await untilAborted(streams(), request.signal);
    const lease = await session.open(request.signal);
    return new Call(lease, session, messages, request.signal).run(chunks, more);
  };
}

/** What is written first, and whether more messages may follow. */
async function opening(
  headers: Uint8Array,
  messages: AsyncIterator<Uint8Array>,
  eager: boolean,
  signal?: AbortSignal,
): Promise<{ chunks: Uint8Array[]; more: boolean }> {
  if (eager) return { chunks: [headers], more: true };
  const chunks = [headers];
  for (let messagesTaken = 0; messagesTaken < 2; messagesTaken += 1) {
    const message = await untilAborted(messages.next(), signal);
    if (message.done) return { chunks: [...chunks, END_STREAM], more: false };
    chunks.push(message.value);
  }
  return { chunks, more: true };
}

class Call {
  readonly #lease: Lease;
  readonly #session: Streams;
  readonly #messages: AsyncIterator<Uint8Array>;
  readonly #signal: AbortSignal | undefined;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  /** Whether nothing is to be written any more: the answer is complete, or the call was cancelled. */
  #over = false;
  /** Why it was cancelled. */
  #error: ConnectError | undefined;
  #opened: Promise<void> = Promise.resolve();

  constructor(lease: Lease, session: Streams, messages: AsyncIterator<Uint8Array>, signal?: AbortSignal) {
    this.#lease = lease;
    this.#session = session;
    this.#messages = messages;
    this.#signal = signal;
    this.#writer = lease.stream.writable.getWriter();
    this.#reader = lease.stream.readable.getReader();
  }

  async run(chunks: Uint8Array[], more: boolean): Promise<UniversalClientResponse> {
    this.#signal?.addEventListener("abort", this.#onAbort, { once: true });
    this.#send(chunks, more);
    try {
      const { head, rest } = await this.#head();
      if (head.status !== 200) throw httpError(head.status);
      const trailersOnly = head.header.has("grpc-status");
      if (trailersOnly) this.#finish();
      const body = trailersOnly ? none() : this.#body(rest);
      return { status: head.status, header: head.header, body, trailer: new Headers() };
    } catch (error) {
      throw this.#cancel(ConnectError.from(error, Code.Internal));
    }
  }

  /** Sends the request. Failures of the stream are told by its reading half: an early answer may still be there. */
  async #send(chunks: Uint8Array[], more: boolean): Promise<void> {
    const total = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    const opening = total <= JOINED_BYTES ? [join(chunks)] : chunks;
    for (const [index, chunk] of opening.entries()) {
      const written = this.#writer.write(chunk);
      written.catch(ignore);
      if (index === 0) this.#opened = written;
    }
    while (more) {
      try {
        await this.#writer.ready;
      } catch {
        break;
      }
      if (this.#over) return;
      let message: IteratorResult<Uint8Array>;
      try {
        message = await this.#messages.next();
      } catch (error) {
        this.#cancel(ConnectError.from(error));
        return;
      }
      if (this.#over) return;
      this.#writer.write(message.done ? END_STREAM : message.value).catch(ignore);
      more = !message.done;
    }
    if (more) this.#forget();
  }

  async #head(): Promise<{ head: AnswerHead; rest: Uint8Array }> {
    const headers = new HeadersReader();
    for (;;) {
      const chunk = await this.#read();
      if (chunk === undefined) throw new ConnectError("the answer has no headers", Code.Internal);
      const rest = headers.push(chunk);
      if (rest !== undefined) return { head: parseAnswerBlock(headers.block), rest };
    }
  }

  /** What follows HEADERS, up to the end of TRAILERS: a gRPC-Web body. Reads only when it is asked. */
  async *#body(first: Uint8Array): AsyncGenerator<Uint8Array> {
    const tracker = new AnswerTracker();
    try {
      let chunk: Uint8Array | undefined = first;
      while (!tracker.ended) {
        const length = tracker.track(chunk);
        if (tracker.ended) this.#finish();
        if (length > 0) yield chunk.subarray(0, length);
        if (tracker.ended) return;
        chunk = await this.#read();
        if (chunk === undefined) throw new ConnectError("the answer ended without a status", Code.Internal);
      }
    } catch (error) {
      throw this.#cancel(ConnectError.from(error, Code.Internal));
    } finally {
      this.#cancel(new ConnectError("nobody reads the answer", Code.Canceled));
    }
  }

  /** The next chunk of the answer; `undefined` at its end. */
  async #read(): Promise<Uint8Array | undefined> {
    let result: ReadableStreamReadResult<Uint8Array>;
    try {
      result = await this.#reader.read();
    } catch (error) {
      throw this.#error ?? streamError(error, this.#session.over);
    }
    // A cancelled reader says that all is well and done.
    if (this.#error) throw this.#error;
    return result.value;
  }

  readonly #onAbort = () => {
    if (this.#signal) this.#cancel(abortError(this.#signal));
  };

  /** Ends the call early, unless it is over. Returns why it was ended. */
  #cancel(error: ConnectError): ConnectError {
    if (this.#over) return this.#error ?? error;
    this.#error = error;
    this.#stop();
    const reason = cancelReason();
    const abort = () => this.#writer.abort(reason);
    // A reset that overtakes the first bytes of a stream would hold up the streams behind it.
    const halves = [this.#opened.then(abort, abort), this.#reader.cancel(reason)];
    Promise.allSettled(halves).then(() => this.#lease.release());
    return error;
  }

  /** The answer is complete: now FIN may be sent. */
  #finish(): void {
    if (this.#over) return;
    this.#stop();
    const drained = this.#reader.read().then(({ done }) => (done ? undefined : this.#reader.cancel()));
    Promise.allSettled([this.#writer.close(), drained]).then(() => this.#lease.release());
  }

  #stop(): void {
    this.#over = true;
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#forget();
  }

  #forget(): void {
    this.#messages.return?.().catch(ignore);
  }
}

/** The constructor as Chromium has it, from an earlier draft. */
type EarlierError = new (init: WebTransportErrorOptions & { message: string }) => WebTransportError;

/** What to reset and stop with. A browser without the class sends a code of its own, which cancels as well. */
function cancelReason(): unknown {
  if (typeof WebTransportError !== "function") return undefined;
  const init = { source: "stream", streamErrorCode: CANCELLED } as const;
  try {
    return new WebTransportError("cancelled", init);
  } catch {
    return new (WebTransportError as unknown as EarlierError)({ message: "cancelled", ...init });
  }
}

async function* none(): AsyncGenerator<Uint8Array> {}
