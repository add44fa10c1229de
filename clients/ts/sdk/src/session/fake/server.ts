// A server in memory, for tests: rooms with logs, sessions with resume and supersession, commands that take effect once.
//
// It speaks the real messages through Connect's router, so that what is tested is what goes over a wire. `network` is the wire.

import { create } from "@bufbuild/protobuf";
import {
  Code,
  type ConnectRouter,
  createRouterTransport,
  type HandlerContext,
  type Transport,
} from "@connectrpc/connect";
import {
  ChatService,
  type ConnectRequest,
  type ConnectResponse,
  ConnectResponseSchema,
  CursorSchema,
  DoneSchema,
  ErrorSchema,
  GoAwayReason,
  GoAwaySchema,
  type Hello,
  LeaveRoomResponseSchema,
  MemberSchema,
  MessageSchema,
  MessageSentSchema,
  PingSchema,
  type Reply,
  ReplySchema,
  ResetReason,
  ResetSchema,
  ResumedSchema,
  RoomEventSchema,
  RoomService,
  RoomSnapshotSchema,
  type SendMessageRequest,
  SendMessageResponseSchema,
  SessionService,
  SyncClockResponseSchema,
  WatchResponseSchema,
  WelcomeSchema,
} from "../../proto.js";
import { fromWire, ownError } from "../errors.js";
import { Upstream } from "../upstream.js";

/** The fake server's clock is this far ahead. */
export const AHEAD_MS = 5_000;
const EPOCH = 1n;

type Down = ConnectResponse["response"];
type Result = Reply["result"];

/** One stream, as the server has it. */
export class FakeStream {
  readonly out = new Upstream<ConnectResponse>();
  readonly rooms = new Set<string>();

  constructor(
    readonly sessionId: string,
    readonly road: string,
  ) {}

  say(response: Down): void {
    this.out.push(create(ConnectResponseSchema, { response }));
  }

  end(): void {
    this.out.end();
  }
}

/** The server. */
export class FakeServer {
  /** Texts of the messages that took effect, in order: the log of the only kind of room there is. */
  readonly effects: string[] = [];
  readonly streams = new Map<string, FakeStream>();
  /** Sessions that were begun, not resumed. */
  begun = 0;
  joins = 0;
  clockSamples = 0;
  /** What the next requests are refused with, oldest first. */
  readonly refusals: { code: Code; reason: string; retryAfterMs: number }[] = [];
  /** Tokens that are good; everything is where there is none. */
  tokens: Set<string> | undefined;
  /** Why nobody comes in. */
  closedDoor: { code: Code; reason: string; retryAfterMs: number } | undefined;
  /** Whether a join that is repeated is refused, as where the seat was taken away. */
  forgottenSeats = false;
  /** Tokens that came by the stream. */
  authenticated = 0;
  readonly #seats = new Set<string>();
  /** The token that a caller has just now; in place of a header, which the fake network does not carry. */
  token: () => string = () => "";
  #requests = new Map<string, bigint>();

  transport(road: string): Transport {
    return createRouterTransport((router) => this.#route(router, road));
  }

  /** Number of the newest entry. */
  get head(): bigint {
    return BigInt(this.effects.length);
  }

  /** Something that happens by itself. */
  happen(text: string): void {
    this.#append(text);
  }

  /** Says on every stream that it is there, as the real one does every 15 s. */
  ping(): void {
    for (const stream of this.streams.values()) stream.say({ case: "ping", value: create(PingSchema, { pingId: 1n }) });
  }

  /** Ends every stream with this reason. */
  goAway(reason: GoAwayReason, reconnect: boolean, retryAfterMs = 0): void {
    for (const stream of this.streams.values()) {
      stream.say({ case: "goAway", value: create(GoAwaySchema, { reason, reconnect, retryAfterMs }) });
      stream.end();
    }
    this.streams.clear();
  }

  #route(router: ConnectRouter, road: string): void {
    router.service(SessionService, {
      connect: (requests) => this.#connect(requests, road),
      watch: (request, context) => this.#watch(request.hello, road, context),
      syncClock: ({ clientSendTimeUs }) => this.#clock(clientSendTimeUs),
    });
    router.service(ChatService, { sendMessage: (request) => this.#unary(request) });
    router.service(RoomService, {
      leaveRoom: () => ({ seq: 1n }),
      joinRoom: ({ nickname, requestId }) => {
        this.joins += 1;
        const lost = this.forgottenSeats && this.#seats.has(requestId);
        const refusal = lost ? { code: Code.NotFound, reason: "ROOM_NOT_FOUND", retryAfterMs: 0 } : this.closedDoor;
        if (refusal) throw fromWire(create(ErrorSchema, refusal));
        this.#seats.add(requestId);
        const member = create(MemberSchema, { userId: `g_${requestId.slice(0, 6)}`, nickname });
        const seatToken = `seat.${this.joins}`;
        this.tokens?.add(seatToken);
        return { roomId: "r", member, seatToken, seatTokenExpireTimeMs: BigInt(Date.now() + 3_600_000) };
      },
    });
  }

  async *#connect(requests: AsyncIterable<ConnectRequest>, road: string): AsyncGenerator<ConnectResponse> {
    const iterator = requests[Symbol.asyncIterator]();
    const first = await iterator.next();
    if (first.done || first.value.request.case !== "hello") throw ownError(Code.InvalidArgument, "PROTOCOL_ERROR", "");
    const stream = this.#greet(first.value.request.value, road);
    const read = async () => {
      for (;;) {
        const next = await iterator.next();
        if (next.done) break;
        this.#request(stream, next.value);
      }
    };
    read().catch(() => {});
    yield* stream.out;
  }

  async *#watch(hello: Hello | undefined, road: string, context: HandlerContext) {
    if (!hello) throw ownError(Code.InvalidArgument, "PROTOCOL_ERROR", "");
    const stream = this.#greet(hello, road);
    context.signal.addEventListener("abort", () => stream.end());
    for await (const { response } of stream.out) yield create(WatchResponseSchema, { response });
  }

  #greet(hello: Hello, road: string): FakeStream {
    if (this.tokens && !this.tokens.has(this.token())) {
      throw fromWire(create(ErrorSchema, { code: Code.Unauthenticated, reason: "TOKEN_INVALID" }));
    }
    const resumed = new TextDecoder().decode(hello.resumeToken);
    if (resumed === "") this.begun += 1;
    const sessionId = resumed || `s${this.begun}`;
    const old = this.streams.get(sessionId);
    old?.say({ case: "goAway", value: create(GoAwaySchema, { reason: GoAwayReason.SUPERSEDED }) });
    old?.end();
    const stream = new FakeStream(sessionId, road);
    this.streams.set(sessionId, stream);
    stream.say({
      case: "welcome",
      value: create(WelcomeSchema, {
        sessionId,
        resumeToken: new TextEncoder().encode(sessionId),
        resumed: resumed !== "",
        serverTimeMs: BigInt(this.now()),
        userId: "u",
        limits: { maxMessageBytes: 65_536, maxInFlight: 64, maxSubscriptions: 64 },
        road,
      }),
    });
    for (const { roomId, cursor } of hello.subscriptions) this.#hear(stream, roomId, cursor?.seq);
    return stream;
  }

  now(): number {
    return Math.round(Date.now() + AHEAD_MS);
  }

  #request(stream: FakeStream, { id, request }: ConnectRequest): void {
    const reply = (result: Result) => stream.say({ case: "reply", value: create(ReplySchema, { id, result }) });
    switch (request.case) {
      case "subscribe":
        this.#hear(stream, request.value.roomId, request.value.cursor?.seq);
        reply({ case: "done", value: create(DoneSchema) });
        return;
      case "unsubscribe":
        stream.rooms.delete(request.value.roomId);
        return;
      case "authenticate":
        this.authenticated += 1;
        reply({ case: "done", value: create(DoneSchema) });
        return;
      case "leaveRoom":
        reply({ case: "leaveRoom", value: create(LeaveRoomResponseSchema, { seq: 1n }) });
        return;
      case "syncClock":
        reply({ case: "syncClock", value: this.#clock(request.value.clientSendTimeUs) });
        return;
      case "sendMessage": {
        const refusal = this.refusals.shift();
        if (!refusal) {
          reply({ case: "sendMessage", value: this.#send(request.value) });
          return;
        }
        reply({ case: "error", value: create(ErrorSchema, refusal) });
        return;
      }
      default:
        return;
    }
  }

  #hear(stream: FakeStream, roomId: string, after: bigint | undefined): void {
    stream.rooms.add(roomId);
    const cursor = create(CursorSchema, { roomId, epoch: EPOCH, seq: after ?? this.head });
    if (after === undefined || after > this.head) {
      cursor.seq = this.head;
      const snapshot = create(RoomSnapshotSchema, { room: { id: roomId }, cursor });
      stream.say({ case: "reset", value: create(ResetSchema, { reason: ResetReason.FIRST, snapshot }) });
      return;
    }
    stream.say({ case: "resumed", value: create(ResumedSchema, { cursor, headSeq: this.head }) });
    for (let seq = after + 1n; seq <= this.head; seq++) this.#tell(stream, roomId, seq);
  }

  #tell(stream: FakeStream, roomId: string, seq: bigint): void {
    const message = create(MessageSchema, { seq, text: this.effects[Number(seq) - 1] ?? "" });
    const event = create(RoomEventSchema, {
      roomId,
      seq,
      event: { case: "messageSent", value: create(MessageSentSchema, { message }) },
    });
    stream.say({ case: "event", value: event });
  }

  #unary(request: SendMessageRequest) {
    const refusal = this.refusals.shift();
    if (refusal) throw fromWire(create(ErrorSchema, refusal));
    return this.#send(request);
  }

  #send({ requestId, text }: SendMessageRequest) {
    const seq = this.#requests.get(requestId) ?? this.#append(text);
    this.#requests.set(requestId, seq);
    return create(SendMessageResponseSchema, { message: { seq, text } });
  }

  #append(text: string): bigint {
    this.effects.push(text);
    for (const stream of this.streams.values()) for (const room of stream.rooms) this.#tell(stream, room, this.head);
    return this.head;
  }

  #clock(clientSendTimeUs: bigint) {
    this.clockSamples += 1;
    const now = BigInt(this.now()) * 1_000n;
    return create(SyncClockResponseSchema, { clientSendTimeUs, serverReceiveTimeUs: now, serverSendTimeUs: now });
  }
}
