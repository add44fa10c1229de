// What an application sees of a session: its options, its state, its rooms. The rest of the package implements this.

import type { DescService } from "@bufbuild/protobuf";
import type { Client, ConnectError, Interceptor } from "@connectrpc/connect";
import type {
  Answer,
  AnswerAccepted,
  AnswerProgress,
  Attachment,
  ConnectRequest,
  ConnectResponse,
  Cursor,
  Invitation,
  Member,
  MemberLeft,
  Presence,
  PresenceCounts,
  QuestionRevealed,
  QuizState,
  Room,
  ScreenReport,
} from "./proto.js";
import type { BroadcastListener, TalkEffect, TalkState } from "./types/talk.js";

export * from "./types/talk.js";

/** A way to the server. */
export type Road = "webtransport" | "grpc-web";

/** A value that changes, in the shape that `useSyncExternalStore` asks for. `get` returns the same object until it changes. */
export interface Readable<T> {
  get(): T;
  /** Calls back after each change, until the returned function is called. */
  subscribe(listener: () => void): () => void;
}

/** How to reach a server, and as whom. */
export interface ConnectOptions {
  /** Origin of the server, such as `https://quiz.example`; a page's own origin where it is left out. */
  url?: string;
  /** A bearer token, or how to get one; asked again before it ends and after a refusal. */
  token?: string | (() => Promise<string>);
  /** Come in as a guest by this join code, in any case, with or without dashes. */
  code?: string;
  /** The guest's name; the server makes one up where it is empty. */
  nickname?: string;
  /** Seed of the guest's avatar. */
  avatar?: string;
  /** The guest's team. */
  team?: string;
  /** Come in as an observer, such as a projector. */
  observe?: boolean;
  /** The road: `auto` (default) races both and keeps the better one; a name allows only that one. */
  road?: "auto" | Road;
  /** Where a guest's seat is kept over reloads [`localStorage`]; `null` keeps none. Keyed by origin and code. */
  seats?: KeyValue | null;
  /** Where this tab's resume token and unsent commands are kept over reloads [`sessionStorage`]; `null` keeps none. */
  tab?: KeyValue | null;
  /** How long WebTransport may take before the session goes by gRPC-Web [1,500 ms]. */
  webTransportTimeoutMs?: number;
  /** Ask for signals as datagrams where that is known to work [true]. */
  datagrams?: boolean;
  /** Where what is typed and not sent is kept over reloads [`localStorage`]; `null` keeps it while the session lasts. */
  drafts?: KeyValue | null;
  /** Interceptors of Connect for every call. */
  interceptors?: Interceptor[];
  /** What the client calls itself in the server's log [`trivium-ts/VERSION`]. */
  client?: string;
}

/** The part of `Storage` that is used. */
export interface KeyValue {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** How the session is connected just now. */
export interface ConnectionState {
  /** `connecting`: never yet; `live`; `reconnecting`: was live, comes back by itself; `offline`: the device says so; `closed`: for good. */
  readonly status: "connecting" | "live" | "reconnecting" | "offline" | "closed";
  /** The road in use; absent unless live. */
  readonly road?: Road;
  /** What is known of each road. */
  readonly roads: Readonly<Record<Road, RoadState>>;
  /** Round trip of the newest good sample, in milliseconds. */
  readonly roundTripMs?: number;
  /** Server's clock minus this device's, in milliseconds. */
  readonly offsetMs?: number;
  /** Bound of the error of `offsetMs`. */
  readonly clockErrorMs?: number;
  /** How often the session has come back. */
  readonly reconnects: number;
  /** When the next attempt begins, by `performance.now()`; absent unless waiting. */
  readonly nextAttemptAt?: number;
  /** Commands that wait for an answer, or for a connection. */
  readonly pending: number;
  /** Messages per second in both directions, over the last few seconds. */
  readonly messagesPerSecond: number;
  /** Why the session is closed, or why the last attempt failed. */
  readonly error?: ConnectError;
  /** Who the caller is; empty before anybody. */
  readonly userId: string;
  /** Session identifier of the server. */
  readonly sessionId: string;
}

/** What is known of a road. */
export interface RoadState {
  /** `unknown`: not tried; `up`; `down`: the last attempt failed; `unsupported`: not in this browser or not offered; `off`: forbidden by the options. */
  readonly status: "unknown" | "trying" | "up" | "down" | "unsupported" | "off";
  /** Round trip measured on it, in milliseconds. */
  readonly roundTripMs?: number;
}

/** One message as it went over the wire, for an inspector. */
export interface Frame {
  /** Grows by one per frame. */
  readonly id: number;
  readonly direction: "up" | "down";
  readonly road: Road;
  /** `stream`, `datagram`, or the method of a unary call such as `trivium.v1.ChatService/SendMessage`. */
  readonly via: string;
  /** Name of the message, such as `event.question_opened`. */
  readonly name: string;
  /** Size of the encoded message, in bytes. */
  readonly bytes: number;
  /** `performance.now()` */
  readonly at: number;
  /** The decoded message; `toJson` with its schema shows it. */
  readonly message: ConnectRequest | ConnectResponse | object;
}

/** Time as the server has it. */
export interface Clock {
  /** Milliseconds since the Unix epoch on the server's clock. Never runs backwards. Before the first sample, the device's own. */
  now(): number;
  /** Bound of the error of `now`, in milliseconds; infinite before the first sample. */
  readonly errorMs: number;
  /** `performance.now()` of a moment of the server's clock. */
  toLocal(serverTimeMs: number): number;
}

/** A live session: a logical client that outlives its connections. */
export interface TriviumSession {
  /** Origin of the server. */
  readonly origin: string;
  readonly connection: Readable<ConnectionState>;
  readonly clock: Clock;
  /** The guest's seat, if the session came in by a code. */
  readonly seat?: { readonly roomId: string; readonly member: Member } | undefined;
  /**
   * An ordinary generated client. Commands get a `request_id` where it is empty, wait in the outbox while there is no
   * connection, go over the session's stream, and are sent again with the same id after a cut, so that they take effect once.
   * Errors are `ConnectError`s with the same code and details on every road.
   */
  client<S extends DescService>(service: S): Client<S>;
  /** Hears a room until `release` was called as often as `room`. Rooms are shared: one subscription each. */
  room(roomId: string): RoomHandle;
  /** Every message of the session as it comes, for logs and tests; ends with the session. */
  responses(): AsyncIterable<ConnectResponse>;
  /** Calls back for each frame on the wire, until the returned function is called. Costs nothing while nobody listens. */
  onFrame(listener: (frame: Frame) => void): () => void;
  /** The network may have changed: try the better road now and measure the clock anew. */
  networkChanged(): void;
  /** Cuts the connection as a dead network would; the session comes back by itself. For tests and demonstrations. */
  cut(): void;
  /** Stays away for this long, then comes back. For tests and demonstrations. */
  goOffline(ms: number): void;
  /** Goes over to another road, and stays on it if it can. */
  switchRoad(road: "auto" | Road): void;
  /** What was typed and not sent. */
  readonly drafts: Drafts;
  /** Uploads a file into a room, to be attached to a message there. */
  uploadFile(roomId: string, file: Blob, options?: UploadOptions): Promise<Attachment>;
  /** The file behind an attachment or any other path of the server that asks for the token: what `<img>` cannot say. */
  fetchFile(url: string, options?: { readonly signal?: AbortSignal }): Promise<Blob>;
  /** Ends the session. Seats stay; use `RoomService.LeaveRoom` to give one up. */
  close(): Promise<void>;
}

/** What was typed and not sent, of one user at one server: at most 64 texts of at most 4,000 characters, the oldest go first. */
export interface Drafts {
  /** The draft for a room, or for a thread in it; empty for none. */
  get(roomId: string, threadSeq?: bigint): string;
  /** Keeps it; an empty one is forgotten. */
  set(roomId: string, text: string, threadSeq?: bigint): void;
}

/** How to upload a file. */
export interface UploadOptions {
  /** Ends the upload. */
  readonly signal?: AbortSignal;
  /** Name for people [that of the `File`]. */
  readonly name?: string;
  /** Told of bytes sent, of how many. */
  onProgress?(sent: number, total: number): void;
}

/** One heard room. */
export interface RoomHandle {
  readonly id: string;
  readonly state: Readable<RoomState>;
  /** Events of the room as they come (not those that a snapshot replaced), until the returned function is called. */
  onEvent(listener: (response: ConnectResponse) => void): () => void;
  /**
   * Calls back with what is sent by `Broadcast` under this name, or under any if it is empty, while this client listens; until
   * the returned function is called. What was sent while the client was cut off comes late, unless a snapshot took its place.
   */
  onBroadcast(event: string, listener: BroadcastListener): () => void;
  /**
   * Everything up to here is on show: to be called as often as one likes. Counts at once in `receipts`, and is told to the server
   * at most once a second, when the page is visible, and again after a cut. What arrives is told as delivered by itself.
   */
  markRead(seq: bigint): void;
  /** Shows what this client is about to do, before the server has said anything: see `LocalEffect`. */
  apply(effect: LocalEffect): void;
  release(): void;
}

/**
 * What this client does itself, taken into the state at once and settled by what the server says. The hooks apply these
 * around their commands; `applyLocal` of the state does the work.
 */
export type LocalEffect =
  | { readonly kind: "answer-sending"; readonly questionIndex: number; readonly answer: Answer }
  | {
      readonly kind: "answer-locked";
      readonly questionIndex: number;
      readonly responseMs: number;
      readonly creditMs: number;
    }
  | { readonly kind: "answer-refused"; readonly questionIndex: number; readonly error: ConnectError }
  | TalkEffect;

/** A room as this caller sees it: a snapshot, and every event since. */
export interface RoomState extends TalkState {
  readonly roomId: string;
  /** `loading` before the first snapshot; `ended` after removal or close, see `error`. */
  readonly status: "loading" | "live" | "ended";
  /** Why it ended, with the server's reason. */
  readonly error?: ConnectError;
  readonly room?: Room;
  /** Own membership; absent for callers who only look on. */
  readonly me?: Member;
  readonly members: ReadonlyMap<string, Member>;
  readonly memberCount: number;
  readonly presences: ReadonlyMap<string, Presence>;
  /** How many are there, in rooms too large for `presences` to tell of everybody. */
  readonly presenceCounts?: PresenceCounts;
  readonly bannedUserIds: ReadonlySet<string>;
  /** Invitations that are not used up, by code; hosts only. */
  readonly invitations: ReadonlyMap<string, Invitation>;
  /** How the caller came to be no member any more, if it has left or was removed. */
  readonly left?: MemberLeft;
  readonly quiz?: QuizView;
  /** Where the room's log stands in this client. */
  readonly cursor?: Cursor;
}

/** A live quiz as this caller sees it. */
export interface QuizView {
  /**
   * Kept up to date by every event, as if it were read anew. Only while a question is open, players hear of the answers of
   * others by signals, so that `answeredCount` may be a moment behind.
   */
  readonly state: QuizState;
  /** Who has answered, while a question is open. */
  readonly progress?: AnswerProgress;
  /** How many screens have opened the question, and within what time; hosts only. */
  readonly screens?: ScreenReport;
  /** The caller's own answer to the question on show. */
  readonly own?: OwnAnswer;
  /** Answers to the question on show that the caller heard of: everybody's for hosts, else the own one. By user. */
  readonly answers: ReadonlyMap<string, AnswerAccepted>;
  /** Reveals that this client heard, by question. Skipped questions have none. */
  readonly reveals: ReadonlyMap<number, QuestionRevealed>;
}

/** The caller's own answer. `locked` only once the server has said so. */
export interface OwnAnswer {
  readonly questionIndex: number;
  readonly answer?: Answer;
  readonly status: "sending" | "locked" | "refused";
  readonly responseMs?: number;
  readonly creditMs?: number;
  /** Why it was refused. */
  readonly error?: ConnectError;
}

/**
 * Starts a session. The promise is kept as soon as it is known who the caller is: at once with a token or a kept seat, after
 * the room let the guest in with a code. It does not wait for the stream: see `TriviumSession.connection` for that.
 * It is broken by the server's refusal to let the guest in, and by 10 s without a server.
 */
export type ConnectTrivium = (options?: ConnectOptions) => Promise<TriviumSession>;

/** A guest's seat as it is kept over reloads. */
export interface SavedSeat {
  readonly roomId: string;
  readonly userId: string;
  readonly nickname: string;
  /** When the seat's token ends, in milliseconds since the Unix epoch. */
  readonly expireTimeMs: number;
}

/** The kept seat for a join code, if there is one that has not ended: `savedSeat(code, { url, seats })`. */
export type ReadSavedSeat = (code: string, where?: Pick<ConnectOptions, "url" | "seats">) => SavedSeat | undefined;

/** Forgets the kept seat for a join code, such as after the guest has left: `forgetSeat(code, { url, seats })`. */
export type ForgetSeat = (code: string, where?: Pick<ConnectOptions, "url" | "seats">) => void;
