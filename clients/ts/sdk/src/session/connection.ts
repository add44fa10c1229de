// One connection of a session: greets the server over a link, and is then a way up and a way down.
//
// Over WebTransport both ways are one `Connect` stream. Over gRPC-Web the way down is `Watch` and the way up are unary calls.
// `driver` decides which connection is the one in use.

import {
  create,
  type DescMessage,
  type DescMethodUnary,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
} from "@bufbuild/protobuf";
import { Code, ConnectError, type ContextValues, createClient, type UnaryResponse } from "@connectrpc/connect";
import {
  type ConnectRequest,
  ConnectRequestSchema,
  type ConnectResponse,
  ConnectResponseSchema,
  type GoAway,
  type Hello,
  SessionService,
  type Welcome,
} from "../proto.js";
import type { Road } from "../types.js";
import { ownError } from "./errors.js";
import type { Link } from "./link.js";
import type { Tap } from "./tap.js";
import { Upstream } from "./upstream.js";

/** Names the session that a unary call belongs to. */
const SESSION_HEADER = "x-trivium-session";

/** The server said goodbye instead of welcome. */
export class Dismissed extends Error {
  constructor(readonly goAway: GoAway) {
    super(goAway.message);
  }
}

/** Who hears of a connection. */
export interface Listener {
  heard(connection: Connection, message: ConnectResponse): void;
  /** A pong in a datagram, with its local stamps in milliseconds. */
  pong(connection: Connection, sentAt: number, serverTimeMs: number): void;
  /** Called once, and not after `close`. */
  ended(connection: Connection, error: ConnectError): void;
}

/** What belongs to one unary call. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  readonly header?: HeadersInit | undefined;
  readonly contextValues?: ContextValues | undefined;
}

/** A connection on which the session stands. */
export class Connection {
  readonly link: Link;
  readonly welcome: Welcome;
  /** Local time when the greeting left, and when the answer came. */
  readonly greetedAt: readonly [number, number];
  readonly #tap: Tap;
  readonly #up: Upstream<ConnectRequest> | undefined;
  readonly #down: AsyncIterator<ConnectResponse>;
  readonly #abort: AbortController;
  #closed = false;
  /** Local time when anything was heard last, and when on the way down. */
  heardAt = performance.now();
  downAt = performance.now();

  private constructor(greeted: Greeted) {
    this.link = greeted.link;
    this.welcome = greeted.welcome;
    this.greetedAt = greeted.greetedAt;
    this.#tap = greeted.tap;
    this.#up = greeted.up;
    this.#down = greeted.down;
    this.#abort = greeted.abort;
  }

  get road(): Road {
    return this.link.road;
  }

  /** Greets. Broken by `Dismissed` or a `ConnectError`; the link is closed then. */
  static async greet(link: Link, hello: Hello, tap: Tap, signal: AbortSignal): Promise<Connection> {
    const abort = new AbortController();
    const give = () => abort.abort(signal.reason);
    signal.addEventListener("abort", give, { once: true });
    try {
      signal.throwIfAborted();
      const sentAt = performance.now();
      const [up, down] = link.duplex ? connect(link, hello, tap, abort.signal) : watch(link, hello, tap, abort.signal);
      const first = await orAborted(down.next(), abort.signal);
      if (first.done) throw new ConnectError("the stream ended before a welcome", Code.Unavailable);
      const { response } = first.value;
      if (response.case === "goAway") throw new Dismissed(response.value);
      if (response.case !== "welcome") throw ownError(Code.Internal, "PROTOCOL_ERROR", "no welcome");
      const greetedAt = [sentAt, performance.now()] as const;
      return new Connection({ link, tap, up, down, abort, greetedAt, welcome: response.value });
    } catch (error) {
      abort.abort(error);
      link.close();
      throw error instanceof Dismissed ? error : ConnectError.from(error, Code.Unavailable);
    } finally {
      signal.removeEventListener("abort", give);
    }
  }

  /** Whether it has ended. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Begins to listen; until then nothing is read. */
  start(listener: Listener): void {
    void this.#read(listener);
    void this.#readDatagrams(listener);
    void this.link.closed.then(() => this.#end(listener, new ConnectError("the connection is lost", Code.Unavailable)));
  }

  /** Sends a message up the stream; `false` where there is none. */
  send(message: ConnectRequest): boolean {
    if (this.#closed || !this.#up?.push(message)) return false;
    this.#tap.request(this.road, message);
    return true;
  }

  /** Makes a unary call that belongs to the session. */
  async call<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    message: MessageShape<I>,
    options: CallOptions = {},
  ): Promise<UnaryResponse<I, O>> {
    const via = `${method.parent.typeName}/${method.name}`;
    const header = new Headers(options.header);
    header.set(SESSION_HEADER, this.welcome.sessionId);
    const [signal, unlink] = linked(this.#abort.signal, options.signal);
    this.#tap.call("up", this.road, via, method.input, message);
    // A message is an initialiser of itself, which the type of a generic message cannot know.
    const input = message as MessageInitShape<I>;
    const { transport } = this.link;
    const answer = await transport
      .unary(method, signal, options.timeoutMs, header, input, options.contextValues)
      .finally(unlink);
    this.#tap.call("down", this.road, via, method.output, answer.message);
    if (!this.#closed) this.heardAt = performance.now();
    return answer;
  }

  /** Ends it without a word. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#abort.abort(new ConnectError("the connection was given up", Code.Unavailable));
    this.link.close();
  }

  async #read(listener: Listener): Promise<void> {
    try {
      for (;;) {
        const next = await this.#down.next();
        if (this.#closed) return;
        if (next.done) break;
        this.heardAt = performance.now();
        this.downAt = this.heardAt;
        listener.heard(this, next.value);
      }
      this.#end(listener, new ConnectError("the stream ended", Code.Unavailable));
    } catch (error) {
      this.#end(listener, ConnectError.from(error, Code.Unavailable));
    }
  }

  async #readDatagrams(listener: Listener): Promise<void> {
    for await (const datagram of this.link.datagrams ?? []) {
      if (this.#closed) return;
      if (datagram.kind === "pong") {
        this.heardAt = performance.now();
        listener.pong(this, datagram.clientTimeUs / 1_000, datagram.serverTimeUs / 1_000);
      } else if (datagram.kind === "signals") {
        const message = decoded(datagram.body);
        if (message?.response.case !== "signals") continue;
        this.heardAt = performance.now();
        this.#tap.response(this.road, "datagram", message);
        listener.heard(this, message);
      }
    }
  }

  #end(listener: Listener, error: ConnectError): void {
    if (this.#closed) return;
    this.close();
    listener.ended(this, error);
  }
}

interface Greeted {
  readonly link: Link;
  readonly tap: Tap;
  readonly welcome: Welcome;
  readonly greetedAt: readonly [number, number];
  readonly up: Upstream<ConnectRequest> | undefined;
  readonly down: AsyncIterator<ConnectResponse>;
  readonly abort: AbortController;
}

type Ways = [up: Upstream<ConnectRequest> | undefined, down: AsyncIterator<ConnectResponse>];

function connect(link: Link, hello: Hello, tap: Tap, signal: AbortSignal): Ways {
  const up = new Upstream<ConnectRequest>();
  const first = create(ConnectRequestSchema, { request: { case: "hello", value: hello } });
  up.push(first);
  tap.request(link.road, first);
  const down = createClient(SessionService, link.transport).connect(up, { signal });
  return [up, tapped(down, link.road, tap)];
}

function watch(link: Link, hello: Hello, tap: Tap, signal: AbortSignal): Ways {
  tap.request(link.road, create(ConnectRequestSchema, { request: { case: "hello", value: hello } }));
  const down = createClient(SessionService, link.transport).watch({ hello }, { signal });
  const same = async function* () {
    // The fields are the same, by the word of the proto.
    for await (const { response } of down) yield create(ConnectResponseSchema, { response });
  };
  return [undefined, tapped(same(), link.road, tap)];
}

async function* tapped(messages: AsyncIterable<ConnectResponse>, road: Road, tap: Tap) {
  for await (const message of messages) {
    tap.response(road, "stream", message);
    yield message;
  }
}

function decoded(body: Uint8Array): ConnectResponse | undefined {
  try {
    return fromBinary(ConnectResponseSchema, body);
  } catch {
    return undefined;
  }
}

/** A signal for either of two. `AbortSignal.any` is missing in browsers that are still in use. */
function linked(own: AbortSignal, given: AbortSignal | undefined): [signal: AbortSignal, unlink: () => void] {
  if (!given) return [own, () => {}];
  const both = new AbortController();
  const abort = (event: Event) => both.abort((event.target as AbortSignal).reason);
  for (const signal of [own, given]) {
    if (signal.aborted) both.abort(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
  }
  return [
    both.signal,
    () =>
      [own, given].forEach((signal) => {
        signal.removeEventListener("abort", abort);
      }),
  ];
}

/** Some environments leave a read hanging when the call is aborted. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(ConnectError.from(signal.reason, Code.Canceled));
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
