// Somebody at a real server, who hears a room by gRPC-Web and folds what comes with the reducer.
//
// Neighbours: `compare` holds the fold against snapshots; the test plays the game.

import { create, type DescService } from "@bufbuild/protobuf";
import { type Client, createClient, type Interceptor, type Transport } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import {
  ChatService,
  type ConnectResponse,
  ConnectResponseSchema,
  ModerationService,
  PresenceService,
  QuizService,
  ReceiptService,
  RoomService,
  type RoomSnapshot,
  SessionService,
} from "../../proto.js";
import type { RoomState } from "../../types.js";
import { emptyRoom, reduceRoom } from "../index.js";

/** How long anything may take. Generous: it is not what is measured. */
export const PATIENCE_MS = 20_000;
/** States that are kept to be compared with snapshots. */
const KEPT = 500;
/** Most folds at a time; the oldest make room. */
const FOLDS = 20;

export class Person {
  readonly name: string;
  readonly room: Client<typeof RoomService>;
  readonly quiz: Client<typeof QuizService>;
  readonly chat: Client<typeof ChatService>;
  readonly presence: Client<typeof PresenceService>;
  readonly receipts: Client<typeof ReceiptService>;
  readonly moderation: Client<typeof ModerationService>;
  /** What was heard, by number in the log: for events, the state after them. */
  readonly states = new Map<bigint, RoomState>();
  /** Folds that began at later snapshots, as after a cut: all of them come to the same. */
  folds: RoomState[] = [];
  /** Names of the events heard. */
  readonly heard: string[] = [];
  state: RoomState = emptyRoom("");
  readonly #session: Client<typeof SessionService>;
  readonly #stop = new AbortController();
  #request = 0;
  #changed: (() => void)[] = [];
  #failure: unknown;

  constructor(url: string, name: string, token: string) {
    this.name = name;
    const transport = transportTo(url, token);
    const client = <S extends DescService>(service: S) => createClient(service, transport);
    this.room = client(RoomService);
    this.quiz = client(QuizService);
    this.chat = client(ChatService);
    this.presence = client(PresenceService);
    this.receipts = client(ReceiptService);
    this.moderation = client(ModerationService);
    this.#session = client(SessionService);
  }

  /** A new id for a command. */
  id(): string {
    this.#request += 1;
    return `${this.name}-${this.#request}`;
  }

  /** Begins to hear a room, and waits for its snapshot. */
  async hear(roomId: string): Promise<void> {
    this.state = emptyRoom(roomId);
    this.#listen(roomId).catch((error: unknown) => {
      if (!this.#stop.signal.aborted) this.#failure = error;
      this.#tell();
    });
    await this.until("a snapshot", (state) => state.status === "live");
  }

  /** Waits until the state is as wanted. */
  async until(what: string, wanted: (state: RoomState) => boolean): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    while (!wanted(this.state)) {
      if (this.#failure !== undefined) throw this.#failure;
      const left = deadline - performance.now();
      if (left <= 0) throw new Error(`${this.name} waited for ${what}; heard ${this.heard.slice(-8).join(", ")}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(left, 1000));
        this.#changed.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** Begins another fold here, if nothing after the snapshot was heard already. */
  fork(snapshot: RoomSnapshot): void {
    const { cursor, roomId } = this.state;
    if (cursor === undefined || cursor.seq > (snapshot.cursor?.seq ?? 0n)) return;
    const reset = create(ConnectResponseSchema, { response: { case: "reset", value: { snapshot } } });
    this.folds = [...this.folds.slice(1 - FOLDS), reduceRoom(emptyRoom(roomId), reset, performance.now())];
  }

  leave(): void {
    this.#stop.abort();
  }

  async #listen(roomId: string): Promise<void> {
    const hello = { subscriptions: [{ roomId }], client: "judge" };
    let sessionId = "";
    for await (const { response } of this.#session.watch({ hello }, { signal: this.#stop.signal })) {
      if (response.case === "welcome") sessionId = response.value.sessionId;
      if (response.case === "ping") {
        await this.#session.syncClock({ clientSendTimeUs: 0n, pingId: response.value.pingId, sessionId });
      }
      // The same bytes, and the same fields.
      const message: ConnectResponse = { $typeName: "trivium.v1.ConnectResponse", response };
      if (response.case === "event") this.heard.push(response.value.event.case ?? "nothing");
      this.state = reduceRoom(this.state, message, performance.now());
      this.folds = this.folds.map((fold) => reduceRoom(fold, message, performance.now()));
      const seq = this.state.cursor?.seq;
      if (seq !== undefined) this.states.set(seq, this.state);
      for (const old of this.states.keys()) {
        if (this.states.size <= KEPT) break;
        this.states.delete(old);
      }
      this.#tell();
    }
  }

  #tell(): void {
    const waiting = this.#changed;
    this.#changed = [];
    for (const wake of waiting) wake();
  }
}

/** Calls with a token; without one, as nobody. */
export function transportTo(baseUrl: string, token: string): Transport {
  const bearer: Interceptor = (next) => (request) => {
    if (token !== "") request.header.set("Authorization", `Bearer ${token}`);
    return next(request);
  };
  return createGrpcWebTransport({ baseUrl, interceptors: [bearer] });
}
