// A WebTransport session in memory, for tests: streams whose other ends are in the test's hands.

/** One stream as the server has it. */
export interface FakeStream {
  /** Takes what the client wrote, whole, until it ends; rejects when the client resets. */
  readonly received: Uint8Array[];
  /** Settles when the client ends its half: resolves after FIN, rejects with the reason of a reset. */
  readonly clientEnded: Promise<void>;
  /** Why the client does not want to read any more. */
  readonly stopped: Promise<unknown>;
  /** Answers; resolves when the client has room for more. */
  send(bytes: Uint8Array): Promise<void>;
  /** FIN. */
  end(): void;
  /** RESET. */
  reset(reason: unknown): void;
}

/** The session's controls. */
export interface Fake {
  readonly webTransport: WebTransport;
  /** Streams in the order in which they were opened. */
  readonly streams: FakeStream[];
  /** Resolves to the stream with this number, once it is there and something was written to it. */
  stream(number: number): Promise<FakeStream>;
  /** How often streams are to be refused before one is opened. */
  refuse(times: number): void;
  /** Ends the session. */
  lose(): void;
}

/** A new session. */
export function fakeSession(): Fake {
  const streams: FakeStream[] = [];
  const begun: PromiseWithResolvers<FakeStream>[] = [];
  const at = (number: number) => {
    begun[number] ??= withResolvers();
    return begun[number];
  };
  const closed = withResolvers<WebTransportCloseInfo>();
  closed.promise.catch(() => {});
  let refusals = 0;
  let lost = false;

  const createBidirectionalStream = async (): Promise<WebTransportBidirectionalStream> => {
    if (lost) throw new DOMException("closed", "InvalidStateError");
    if (refusals > 0) {
      refusals -= 1;
      throw new DOMException("no credit", "NetworkError");
    }
    const number = streams.length;
    const ended = withResolvers<void>();
    ended.promise.catch(() => {});
    const stopped = withResolvers<unknown>();
    const received: Uint8Array[] = [];
    const writable = new WritableStream<Uint8Array>({
      write(chunk) {
        received.push(chunk.slice());
        at(number).resolve(server);
      },
      close: () => ended.resolve(),
      abort: (reason) => ended.reject(reason),
    });
    const answer = new TransformStream<Uint8Array, Uint8Array>();
    const writer = answer.writable.getWriter();
    writer.closed.catch(stopped.resolve);
    const server: FakeStream = {
      received,
      clientEnded: ended.promise,
      stopped: stopped.promise,
      send: (bytes) => writer.write(bytes),
      end: () => void writer.close().catch(() => {}),
      reset: (reason) => void writer.abort(reason).catch(() => {}),
    };
    streams.push(server);
    return { readable: answer.readable, writable };
  };

  return {
    webTransport: { createBidirectionalStream, closed: closed.promise } as unknown as WebTransport,
    streams,
    stream: (number) => at(number).promise,
    refuse: (times) => {
      refusals = times;
    },
    lose() {
      lost = true;
      closed.reject(new Error("Connection lost."));
      for (const stream of streams) stream.reset(Object.assign(new Error("lost"), { source: "session" }));
    },
  };
}

interface PromiseWithResolvers<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(reason: unknown): void;
}

function withResolvers<T>(): PromiseWithResolvers<T> {
  let resolve: (value: T) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
