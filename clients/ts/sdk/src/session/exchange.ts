// What goes up and comes down on the connection in use: rooms, commands, pings, the clock.
//
// `driver` decides which connection that is.

import { create } from "@bufbuild/protobuf";
import { Code, type ConnectError } from "@connectrpc/connect";
import {
  AcknowledgeRequestSchema,
  type AcknowledgeResponse,
  AuthenticateSchema,
  type ConnectRequest,
  ConnectRequestSchema,
  type ConnectResponse,
  ConnectResponseSchema,
  type GoAway,
  PongSchema,
  ReceiptService,
  type Reply,
  SubscriptionEndedSchema,
  UnsubscribeSchema,
} from "../proto.js";
import type { LocalEffect, RoomState } from "../types.js";
import { Acknowledger, type Marks } from "./acknowledger.js";
import { Commands, type Outcome, type PendingCommand } from "./commands.js";
import type { Connection } from "./connection.js";
import { keptEffects, outcomeEffect } from "./effects.js";
import { ownError, reason, retryAfterMs } from "./errors.js";
import { streamMethod } from "./methods.js";
import { Rooms } from "./rooms.js";
import { Sampler } from "./sampler.js";
import type { TabShelf } from "./storage.js";

/** Messages that a reader of `responses` has not taken yet; beyond, its iteration fails. */
const READER = 10_000;

/** What the exchange tells the driver. */
export interface ExchangeHost {
  /** Whether nobody sees the page. */
  readonly hidden: boolean;
  /** Evenly from 0 to 1. */
  random(): number;
  readonly connection: Connection | undefined;
  ended(connection: Connection, error: ConnectError): void;
  goAway(goAway: GoAway): void;
  /** `Watch` has to be told of another room. */
  rejoin(): void;
  sampled(): void;
  changed(): void;
}

/** What applies to one session only. */
export interface Guardian {
  /** A command has ended. */
  ended(command: PendingCommand, outcome: Outcome): void;
  /** A room refuses the caller. Whether that is taken care of; else the room ends. */
  refused(roomId: string, message: ConnectResponse): boolean;
}

const NOBODY: Guardian = { ended: () => {}, refused: () => false };

/** The exchange of a session. */
export class Exchange {
  readonly rooms: Rooms;
  readonly commands: Commands;
  readonly sampler: Sampler;
  readonly acknowledger: Acknowledger;
  readonly #host: ExchangeHost;
  /** Ids of `Subscribe` without an answer, and their rooms. */
  readonly #subscribing = new Map<bigint, string>();
  readonly #readers = new Set<Reader>();
  #closed: ConnectError | undefined;
  #restored = false;

  userId = "";
  sessionId = "";
  guardian: Guardian = NOBODY;

  constructor(host: ExchangeHost, tab: TabShelf) {
    this.#host = host;
    this.commands = new Commands(this, tab);
    this.sampler = new Sampler(
      () => this.commands.takeId(),
      () => host.sampled(),
    );
    this.rooms = new Rooms(this);
    this.acknowledger = new Acknowledger(this);
  }

  get connection(): Connection | undefined {
    return this.#host.connection;
  }

  now(): number {
    return this.sampler.clock.now();
  }

  changed(): void {
    this.#host.changed();
  }

  get hidden(): boolean {
    return this.#host.hidden;
  }

  random(): number {
    return this.#host.random();
  }

  took(state: RoomState, response: ConnectResponse["response"]): void {
    this.acknowledger.heard(state, response);
  }

  read(roomId: string, seq: bigint): void {
    this.acknowledger.read(roomId, seq);
  }

  dropped(roomId: string): void {
    this.acknowledger.drop(roomId);
  }

  show(roomId: string, seq: bigint): void {
    this.rooms.apply(roomId, { kind: "read", seq });
  }

  async tell(roomId: string, marks: Marks): Promise<"done" | "later" | number> {
    const method = streamMethod(ReceiptService.method.acknowledge);
    if (!method) return "done";
    try {
      const answer = await this.commands.submit(method, create(AcknowledgeRequestSchema, { roomId, ...marks }));
      const { receipt, unread } = answer as AcknowledgeResponse;
      if (receipt && unread) this.rooms.apply(roomId, { kind: "acknowledged", receipt, unread });
      return "done";
    } catch (error) {
      if (reason(error) === "NOT_CONNECTED") return "later";
      return retryAfterMs(error) ?? "done";
    }
  }

  kept(roomId: string): LocalEffect[] {
    return keptEffects(this.commands.restored, roomId, this.userId, this.now());
  }

  settled(command: PendingCommand, outcome: Outcome): void {
    const shown = command.restored ? outcomeEffect(command, outcome) : undefined;
    if (shown) this.rooms.apply(shown.roomId, shown.effect);
    this.guardian.ended(command, outcome);
  }

  /** Goes on over this connection, whose greeting named these rooms. */
  attached(connection: Connection, greeted: ReadonlySet<string>): void {
    this.detached();
    const { sessionId, userId } = connection.welcome;
    this.sessionId = sessionId;
    this.userId = userId;
    if (!this.#restored) this.commands.restore(userId);
    this.#restored = true;
    this.sampler.start(connection);
    connection.start(this);
    const wanted = new Set(this.rooms.subscriptions.map(({ roomId }) => roomId));
    for (const roomId of wanted) if (!greeted.has(roomId)) this.subscribe(roomId);
    for (const roomId of greeted) if (!wanted.has(roomId)) this.unsubscribe(roomId);
    this.commands.pump();
  }

  /** What was under way is to be done again. */
  detached(): void {
    this.sampler.stop();
    this.#subscribing.clear();
    this.rooms.disconnected();
    this.commands.disconnected();
  }

  close(error: ConnectError): void {
    this.#closed = error;
    this.sampler.stop();
    this.rooms.close();
    this.acknowledger.close();
    this.commands.close(error);
    for (const reader of this.#readers) reader.end();
  }

  subscribe(roomId: string): void {
    const { connection } = this;
    if (!connection) return;
    if (!connection.link.duplex) {
      this.#host.rejoin();
      return;
    }
    const value = this.rooms.subscription(roomId);
    if (!value) return;
    const id = this.#send({ case: "subscribe", value });
    this.#subscribing.set(id, roomId);
  }

  /** `Watch` goes on telling of the room until the next greeting; that is ignored. */
  unsubscribe(roomId: string): void {
    if (!this.connection?.link.duplex) return;
    this.#send({ case: "unsubscribe", value: create(UnsubscribeSchema, { roomId }) });
  }

  authenticate(token: string): void {
    this.#send({ case: "authenticate", value: create(AuthenticateSchema, { token }) });
  }

  /** Every message as it comes. */
  async *responses(): AsyncIterable<ConnectResponse> {
    if (this.#closed) return;
    const reader = new Reader();
    this.#readers.add(reader);
    try {
      yield* reader.take();
    } finally {
      this.#readers.delete(reader);
    }
  }

  heard(connection: Connection, message: ConnectResponse): void {
    if (connection !== this.connection) return;
    const { response } = message;
    switch (response.case) {
      case "reply":
        this.#replied(response.value);
        break;
      case "ping":
        if (!connection.link.duplex) this.sampler.ask(response.value.pingId);
        else this.#send({ case: "pong", value: create(PongSchema, { pingId: response.value.pingId }) }, 0n);
        break;
      case "goAway":
        this.#host.goAway(response.value);
        break;
      case "subscriptionEnded":
        if (this.guardian.refused(response.value.roomId, message)) return;
        if (!this.rooms.heard(message)) return;
        break;
      default:
        if (!this.rooms.heard(message)) return;
    }
    for (const reader of this.#readers) reader.push(message);
  }

  pong(connection: Connection, sentAt: number, serverTimeMs: number): void {
    if (connection === this.connection) this.sampler.pong(sentAt, serverTimeMs);
  }

  ended(connection: Connection, error: ConnectError): void {
    this.#host.ended(connection, error);
  }

  #replied(reply: Reply): void {
    const { result } = reply;
    if (result.case === "syncClock") {
      this.sampler.answered(result.value);
      return;
    }
    const roomId = this.#subscribing.get(reply.id);
    if (roomId === undefined) {
      this.commands.replied(reply);
      return;
    }
    this.#subscribing.delete(reply.id);
    if (result.case !== "error") return;
    const value = create(SubscriptionEndedSchema, { roomId, error: result.value });
    const ended = create(ConnectResponseSchema, { response: { case: "subscriptionEnded", value } });
    if (!this.guardian.refused(roomId, ended)) this.rooms.heard(ended);
  }

  #send(request: ConnectRequest["request"], id = this.commands.takeId()): bigint {
    this.connection?.send(create(ConnectRequestSchema, { id, request }));
    return id;
  }
}

/** One iteration of `responses`. */
class Reader {
  #waiting: ConnectResponse[] = [];
  #wake = () => {};
  #ended = false;

  push(message: ConnectResponse): void {
    if (this.#waiting.length <= READER) this.#waiting.push(message);
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async *take(): AsyncIterable<ConnectResponse> {
    for (;;) {
      const batch = this.#waiting;
      this.#waiting = [];
      yield* batch;
      if (batch.length > READER) throw ownError(Code.ResourceExhausted, "READER_TOO_SLOW", "messages were not taken");
      if (this.#waiting.length > 0) continue;
      if (this.#ended) return;
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
    }
  }
}
