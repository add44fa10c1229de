// A Connect transport on top of a session: what generated clients of the application call.
//
// Commands and small reads go by the stream, through the outbox. Files, quizzes and lists of events are plain unary calls on the
// road in use, and streams are passed on to it as they are.

import { create, type DescMessage, type DescMethodUnary, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError, type ContextValues, type Transport, type UnaryResponse } from "@connectrpc/connect";
import type { Commands } from "./commands.js";
import type { Connection } from "./connection.js";
import { retryAfterMs } from "./errors.js";
import { requestIdField, streamMethod } from "./methods.js";
import { withRequestId } from "./request-id.js";

/** How often a plain call is made, over as many connections. */
const TRIES = 5;
/** Between two of these, where the server does not say. */
const AGAIN_MS = 300;
/** Who is asked to wait for longer than this at a time is told instead. */
const PATIENCE_MS = 10_000;
/** The largest message of a stream, where the server does not say; a little is left for the envelope. */
const MAX_BYTES = 64 * 1_024;
const ENVELOPE = 256;

/** What the transport needs of the session. */
export interface TransportHost {
  readonly commands: Commands;
  readonly connection: Connection | undefined;
  /** The connection in use, as soon as there is one. */
  connected(signal?: AbortSignal): Promise<Connection>;
}

/** The transport of a session. */
export function sessionTransport(host: TransportHost): Transport {
  return {
    async unary(method, signal, timeoutMs, header, input, contextValues) {
      const message = withRequestId(method.input, create(method.input, input));
      const stream = streamMethod(method);
      const limit = host.connection?.welcome.limits?.maxMessageBytes || MAX_BYTES;
      const deadline = new Deadline(signal, timeoutMs);
      try {
        if (!stream || toBinary(method.input, message).length > limit - ENVELOPE) {
          return await plain(host, method, message, deadline.signal, header, contextValues);
        }
        const answer = await host.commands.submit(stream, message, deadline.signal);
        return response(method, answer as MessageShape<typeof method.output>);
      } finally {
        deadline.clear();
      }
    },
    async stream(method, signal, timeoutMs, header, input, contextValues) {
      const { link } = await host.connected(signal);
      return link.transport.stream(method, signal, timeoutMs, header, input, contextValues);
    },
  };
}

/** A call of its own. Made again after the connection was lost, if that cannot do any harm. */
async function plain<I extends DescMessage, O extends DescMessage>(
  host: TransportHost,
  method: DescMethodUnary<I, O>,
  message: MessageShape<I>,
  signal: AbortSignal,
  header: HeadersInit | undefined,
  contextValues: ContextValues | undefined,
): Promise<UnaryResponse<I, O>> {
  const harmless = requestIdField(method.input) !== undefined || /^(Get|List|Search|Export)/.test(method.name);
  for (let tries = 1; ; tries++) {
    const connection = await host.connected(signal);
    try {
      return await connection.call(method, message, { signal, header, contextValues });
    } catch (thrown) {
      const error = ConnectError.from(thrown);
      if (signal.aborted) throw ConnectError.from(signal.reason, Code.Canceled);
      const delay = retryAfterMs(error) ?? AGAIN_MS;
      const again = error.isWireError ? error.code === Code.Unavailable && delay <= PATIENCE_MS : harmless;
      if (!again || tries >= TRIES) throw error;
      await pause(delay, signal);
    }
  }
}

function response<I extends DescMessage, O extends DescMessage>(
  method: DescMethodUnary<I, O>,
  message: MessageShape<O>,
): UnaryResponse<I, O> {
  const { parent: service } = method;
  return { stream: false, service, method, header: new Headers(), trailer: new Headers(), message };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(ConnectError.from(signal.reason, Code.Canceled));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", abort);
      resolve();
    }, ms);
    signal.addEventListener("abort", abort, { once: true });
  });
}

/** The caller's signal and time limit as one signal. */
class Deadline {
  readonly #controller = new AbortController();
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #given: AbortSignal | undefined;
  readonly #abort = () => this.#controller.abort(ConnectError.from(this.#given?.reason, Code.Canceled));

  constructor(signal: AbortSignal | undefined, timeoutMs: number | undefined) {
    this.#given = signal;
    if (signal?.aborted) this.#abort();
    signal?.addEventListener("abort", this.#abort, { once: true });
    if (timeoutMs !== undefined && timeoutMs > 0) {
      const late = new ConnectError("the operation timed out", Code.DeadlineExceeded);
      this.#timer = setTimeout(() => this.#controller.abort(late), timeoutMs);
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#given?.removeEventListener("abort", this.#abort);
  }
}
