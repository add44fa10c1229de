// Commands: from the caller into the outbox, up whatever road there is, and back with the answer.
//
// `outbox` holds the order; `driver` says which connection is in use and when it changes.

import { create, type DescMessage, fromBinary, type Message, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { type ConnectRequest, ConnectRequestSchema, type Reply } from "../proto.js";
import type { Connection } from "./connection.js";
import { fromWire, ownError, retryAfterMs } from "./errors.js";
import { keptMethodOf, type StreamMethod } from "./methods.js";
import { Outbox } from "./outbox.js";
import type { KeptCommand, TabShelf } from "./storage.js";
import { Timer } from "./timer.js";

/** Most commands without an answer. */
const CAPACITY = 256;
/** Commands under way on a stream, where the server does not say. */
const WINDOW = 32;
/** Unary calls under way: browsers have six connections per origin over HTTP/1.1. */
const CALLS = 3;
/** How often a command is sent to a server that asks to try again. */
const TRIES = 6;
/** Between two of these, where the server does not say. */
const AGAIN_MS = 500;
/** Who is asked to wait for longer than this at a time is told instead. */
const PATIENCE_MS = 10_000;

/** How a command ended. */
export type Outcome = { readonly answer: Message } | { readonly error: ConnectError };

/** A command and who waits for its answer. */
interface Waiting {
  readonly method: StreamMethod;
  readonly request: Message;
  /** When it was given, in milliseconds since the Unix epoch; for what is kept over reloads. */
  readonly timeMs: number;
  /** Given before the page was loaded. */
  readonly restored: boolean;
  settle(outcome: Outcome): void;
}

/** A command of which nobody knows yet how it ends. */
export interface PendingCommand {
  readonly field: string;
  readonly request: Message;
  readonly restored: boolean;
}

/** What commands need to know of the session. */
export interface CommandsHost {
  /** The connection in use. */
  readonly connection: Connection | undefined;
  readonly userId: string;
  /** The number of waiting commands has changed. */
  changed(): void;
  /** A command has ended by the server's word. */
  settled(command: PendingCommand, outcome: Outcome): void;
}

/** The commands of a session. */
export class Commands {
  readonly #host: CommandsHost;
  readonly #outbox = new Outbox<Waiting>(CAPACITY);
  readonly #again = new Timer();
  readonly #tab: TabShelf;
  /** Of an earlier page, until it is known whose session this is. */
  #old: readonly KeptCommand[];
  #nextId = 1n;
  #closed: ConnectError | undefined;

  constructor(host: CommandsHost, tab: TabShelf) {
    this.#host = host;
    this.#tab = tab;
    this.#old = tab.readCommands();
  }

  /** Commands without an answer. */
  get size(): number {
    return this.#outbox.size;
  }

  /** Commands without an answer that were given before the page was loaded. */
  get restored(): PendingCommand[] {
    return this.#outbox.commands.filter(({ restored }) => restored).map(pending);
  }

  /** An id for a message of the stream. Shared with commands, so that replies find who asked. */
  takeId(): bigint {
    return this.#nextId++;
  }

  /** Gives a command; it is answered once, however many connections that takes. */
  submit<O extends DescMessage>(
    method: StreamMethod & { readonly method: { readonly output: O } },
    request: Message,
    signal?: AbortSignal,
  ): Promise<MessageShape<O>> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(ConnectError.from(signal.reason, Code.Canceled));
      if (this.#closed) return reject(this.#closed);
      if (method.kind.fleeting && !this.#host.connection) {
        return reject(ownError(Code.Unavailable, "NOT_CONNECTED", "there is no connection, and later is too late"));
      }
      const id = this.takeId();
      const abort = () => {
        // What was sent may take effect, and stays until that is known.
        if (!this.#outbox.wasSent(id)) this.#take(id);
        reject(ConnectError.from(signal?.reason, Code.Canceled));
      };
      const settle: Waiting["settle"] = (outcome) => {
        signal?.removeEventListener("abort", abort);
        if ("answer" in outcome) resolve(outcome.answer as MessageShape<O>);
        else reject(outcome.error);
      };
      const waiting: Waiting = { method, request, timeMs: Date.now(), restored: false, settle };
      if (!this.#outbox.push(id, waiting, method.kind)) {
        return reject(ownError(Code.ResourceExhausted, "OUTBOX_FULL", `${CAPACITY} commands have no answer yet`));
      }
      signal?.addEventListener("abort", abort, { once: true });
      this.#keep(method);
      this.pump();
    });
  }

  /** Takes up again what had no answer when the page was left. */
  restore(userId: string): void {
    for (const { field, request, userId: owner, timeMs } of this.#old) {
      const method = keptMethodOf(field);
      if (!method || owner !== userId) continue;
      try {
        const message = fromBinary(method.method.input, request);
        const settle = () => {};
        this.#outbox.push(this.takeId(), { method, request: message, timeMs, restored: true, settle }, method.kind);
      } catch {
        // Written by another version of the protos.
      }
    }
    this.#old = [];
    this.#write();
  }

  /** Sends what can be sent just now. */
  pump(): void {
    const connection = this.#host.connection;
    if (!connection) {
      this.#host.changed();
      return;
    }
    const { duplex } = connection.link;
    const most = connection.welcome.limits?.maxInFlight || 2 * WINDOW;
    const window = duplex ? Math.max(1, Math.floor(most / 2)) : CALLS;
    for (;;) {
      const next = this.#outbox.next(performance.now(), window, !duplex);
      if (!next) break;
      this.#outbox.sent(next.id);
      if (duplex) this.#send(connection, next.id, next.command);
      else void this.#call(connection, next.id, next.command);
    }
    const due = this.#outbox.nextDueAt;
    if (due === undefined) this.#again.clear();
    else this.#again.set(due - performance.now(), () => this.pump());
    this.#host.changed();
  }

  /** An answer came down the stream. Returns whether it was to a command. */
  replied(reply: Reply): boolean {
    const waiting = this.#outbox.peek(reply.id);
    if (!waiting) return false;
    const { result } = reply;
    if (result.case === "error") this.#answered(reply.id, { error: fromWire(result.value) });
    else if (result.case === waiting.method.field) this.#answered(reply.id, { answer: result.value as Message });
    else this.#answered(reply.id, { error: ownError(Code.Internal, "PROTOCOL_ERROR", "an answer to something else") });
    this.pump();
    return true;
  }

  /** The connection is gone. */
  disconnected(): void {
    this.#again.clear();
    const error = ownError(Code.Unavailable, "NOT_CONNECTED", "the connection was lost, and later is too late");
    for (const waiting of this.#outbox.disconnected()) waiting.settle({ error });
    this.#host.changed();
  }

  /** Answers everything, and whatever comes, with this error. What is kept stays kept unless `forget`. */
  close(error: ConnectError): void {
    this.#closed = error;
    this.#again.clear();
    for (const waiting of this.#outbox.drain()) waiting.settle({ error });
  }

  #send(connection: Connection, id: bigint, { method, request }: Waiting): void {
    connection.send(create(ConnectRequestSchema, { id, request: oneof(method.field, request) }));
  }

  async #call(connection: Connection, id: bigint, { method, request }: Waiting): Promise<void> {
    try {
      const { message } = await connection.call(method.method, request);
      this.#answered(id, { answer: message });
    } catch (thrown) {
      const error = ConnectError.from(thrown);
      if (error.isWireError) this.#answered(id, { error });
      // It was the way to the server that failed: the command may have been carried out, or not. `driver` looks after the way.
      else if (
        this.#host.connection === connection &&
        !this.#outbox.defer(id, performance.now() + AGAIN_MS, Infinity)
      ) {
        this.#answered(id, { error });
      }
    }
    if (this.#host.connection === connection) this.pump();
  }

  /** Gives an answer to who waits for it, unless the server asks to try again. */
  #answered(id: bigint, outcome: Outcome): void {
    if ("error" in outcome && this.#deferred(id, outcome.error)) return;
    const waiting = this.#take(id);
    if (!waiting) return;
    waiting.settle(outcome);
    this.#host.settled(pending(waiting), outcome);
  }

  #deferred(id: bigint, error: ConnectError): boolean {
    const delay = retryAfterMs(error) ?? (error.code === Code.Unavailable ? AGAIN_MS : undefined);
    const temporary = error.code === Code.Unavailable || error.code === Code.ResourceExhausted;
    if (!temporary || delay === undefined || delay > PATIENCE_MS) return false;
    return this.#outbox.defer(id, performance.now() + delay, TRIES);
  }

  #take(id: bigint): Waiting | undefined {
    const waiting = this.#outbox.take(id);
    if (waiting) this.#keep(waiting.method);
    this.#host.changed();
    return waiting;
  }

  #keep(method: StreamMethod): void {
    if (method.kept) this.#write();
  }

  #write(): void {
    const kept = this.#outbox.commands.filter(({ method }) => method.kept);
    const now = kept.map(({ method, request, timeMs }): KeptCommand => {
      const bytes = toBinary(method.method.input, request);
      return { field: method.field, request: bytes, userId: this.#host.userId, timeMs };
    });
    this.#tab.writeCommands([...this.#old, ...now]);
  }
}

function pending({ method, request, restored }: Waiting): PendingCommand {
  return { field: method.field, request, restored };
}

/** The field is one of the oneof's by the descriptors, which the type of the generated code cannot know. */
function oneof(field: string, value: Message): ConnectRequest["request"] {
  return { case: field, value } as ConnectRequest["request"];
}
