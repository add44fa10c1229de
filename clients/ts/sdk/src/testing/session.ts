// A session without a server: a test sets its connection, clock and rooms, and answers its commands.
//
// Neighbours: `builders` and `phases` make the rooms to set.

import {
  create,
  type DescMessage,
  type DescMethod,
  type DescMethodUnary,
  type DescService,
  type MessageInitShape,
  type MessageShape,
} from "@bufbuild/protobuf";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { AttachmentSchema, type ConnectResponse, ConnectResponseSchema } from "../proto.js";
import { broadcasts } from "../session/broadcast.js";
import { DraftShelf } from "../session/drafts.js";
import { Shelf } from "../session/storage.js";
import { applyLocal, emptyRoom, reduceRoom } from "../state/index.js";
import { createStore, type Store } from "../state/store.js";
import type {
  Clock,
  ConnectionState,
  Frame,
  KeyValue,
  LocalEffect,
  RoomHandle,
  RoomState,
  TriviumSession,
} from "../types.js";
import { SAMPLE_TIME_MS } from "./builders.js";

/** A command that the code under test gave. */
export interface FakeCommand {
  /** Full name of the method, such as `trivium.v1.QuizService.SubmitAnswer`. */
  readonly method: string;
  readonly request: unknown;
}

/** What a fake session begins with. */
export interface FakeOptions {
  readonly rooms?: readonly RoomState[];
  readonly connection?: Partial<ConnectionState>;
  /** Server's clock, in milliseconds; stands still until `advance` [`SAMPLE_TIME_MS`]. */
  readonly nowMs?: number;
  /** A clock of the test's own, instead of the one that stands still. */
  readonly clock?: Clock;
  readonly userId?: string;
  readonly seat?: TriviumSession["seat"];
  /** Where drafts are kept; nowhere unless told otherwise. */
  readonly drafts?: KeyValue;
}

/** The session, and the strings that a test pulls. */
export interface FakeSession extends TriviumSession {
  /** Every command in the order given. */
  readonly commands: readonly FakeCommand[];
  /** Rooms that are heard, each as often as it is. */
  readonly heard: ReadonlyMap<string, number>;
  /** What the fault controls were asked for, such as `cut` or `goOffline 3000`. */
  readonly faults: readonly string[];
  /** What was said to be on show, in the order of the saying. */
  readonly marks: readonly { readonly roomId: string; readonly seq: bigint }[];
  /** What was uploaded. */
  readonly uploads: readonly { readonly roomId: string; readonly file: Blob }[];
  /** What `fetchFile` answers, by address; anything else is empty. */
  readonly files: Map<string, Blob>;
  setConnection(change: Partial<ConnectionState>): void;
  /** Sets the server's clock. */
  setNow(ms: number): void;
  /** Moves the server's clock. */
  advance(ms: number): void;
  /** Replaces a room, or a part of it. */
  setRoom(roomId: string, change: Partial<RoomState> | ((state: RoomState) => RoomState)): void;
  /** Lets the server say something about a room: the reducer takes it in and listeners hear it. */
  receive(roomId: string, response: MessageInitShape<typeof ConnectResponseSchema>): void;
  /** How a method is answered from now on; a thrown `ConnectError` refuses. Without a handler, the answer is empty. */
  handle<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    handler: (request: MessageShape<I>) => MessageInitShape<O> | Promise<MessageInitShape<O>>,
  ): void;
  /** Shows a frame to the inspectors. */
  frame(frame: Frame): void;
}

type Handler = (request: never) => unknown;

/** A live session with these rooms. */
export function fakeSession(options: FakeOptions = {}): FakeSession {
  const rooms = new Map<string, Store<RoomState>>();
  const eventListeners = new Map<string, Set<(response: ConnectResponse) => void>>();
  const responseListeners = new Set<(response: ConnectResponse | undefined) => void>();
  const frameListeners = new Set<(frame: Frame) => void>();
  const handlers = new Map<string, Handler>();
  const commands: FakeCommand[] = [];
  const heard = new Map<string, number>();
  const faults: string[] = [];
  const marks: { roomId: string; seq: bigint }[] = [];
  const uploads: { roomId: string; file: Blob }[] = [];
  const files = new Map<string, Blob>();
  let nowMs = options.nowMs ?? SAMPLE_TIME_MS;
  const started = performance.now();

  const connection = createStore<ConnectionState>({
    status: "live",
    road: "webtransport",
    roads: { webtransport: { status: "up", roundTripMs: 24 }, "grpc-web": { status: "unknown" } },
    roundTripMs: 24,
    offsetMs: 0,
    clockErrorMs: 12,
    reconnects: 0,
    pending: 0,
    messagesPerSecond: 0,
    userId: options.userId ?? options.seat?.member.userId ?? "host",
    sessionId: "session-1",
    ...options.connection,
  });
  const roomStore = (roomId: string): Store<RoomState> => {
    let store = rooms.get(roomId);
    if (store === undefined) {
      store = createStore(emptyRoom(roomId));
      rooms.set(roomId, store);
    }
    return store;
  };
  for (const state of options.rooms ?? []) roomStore(state.roomId).set(state);

  const transport: Transport = {
    async unary(method, _signal, _timeout, _header, input) {
      const request = create(method.input, input);
      const name = nameOf(method);
      commands.push({ method: name, request });
      const handler = handlers.get(name);
      const answer = handler === undefined ? undefined : await handler(request as never);
      return {
        stream: false,
        service: method.parent,
        method,
        header: new Headers(),
        trailer: new Headers(),
        message: create(method.output, answer as MessageInitShape<typeof method.output>),
      };
    },
    stream() {
      return Promise.reject(new ConnectError("a fake session has no streams", Code.Unimplemented));
    },
  };

  const hear = (roomId: string): RoomHandle => {
    const store = roomStore(roomId);
    heard.set(roomId, (heard.get(roomId) ?? 0) + 1);
    let released = false;
    return {
      id: roomId,
      state: store,
      onEvent(listener) {
        const listeners = eventListeners.get(roomId) ?? new Set();
        eventListeners.set(roomId, listeners.add(listener));
        return () => {
          listeners.delete(listener);
        };
      },
      onBroadcast(event, listener) {
        return this.onEvent(broadcasts(event, listener));
      },
      markRead(seq) {
        marks.push({ roomId, seq });
        store.set(applyLocal(store.get(), { kind: "read", seq }));
      },
      apply(effect: LocalEffect) {
        store.set(applyLocal(store.get(), effect));
      },
      release() {
        if (released) return;
        released = true;
        const left = (heard.get(roomId) ?? 1) - 1;
        if (left === 0) heard.delete(roomId);
        else heard.set(roomId, left);
      },
    };
  };

  return {
    origin: "https://quiz.example",
    connection,
    clock: options.clock ?? {
      now: () => nowMs,
      errorMs: 12,
      toLocal: (serverTimeMs) => started + (serverTimeMs - nowMs),
    },
    ...(options.seat === undefined ? {} : { seat: options.seat }),
    client: <S extends DescService>(service: S) => createClient(service, transport),
    room: hear,
    responses: () => stream(responseListeners),
    onFrame(listener) {
      frameListeners.add(listener);
      return () => {
        frameListeners.delete(listener);
      };
    },
    drafts: new DraftShelf(new Shelf(options.drafts ?? null), "", () => connection.get().userId),
    async uploadFile(roomId, file, { name, onProgress } = {}) {
      const given = name ?? ("name" in file && typeof file.name === "string" ? file.name : "file");
      uploads.push({ roomId, file });
      onProgress?.(file.size, file.size);
      const id = `file-${uploads.length}`;
      const contentType = file.type || "application/octet-stream";
      return create(AttachmentSchema, {
        id,
        name: given,
        contentType,
        sizeBytes: BigInt(file.size),
        url: `/rooms/${roomId}/files/${id}`,
      });
    },
    async fetchFile(url) {
      return files.get(url) ?? new Blob([]);
    },
    files,
    uploads,
    marks,
    networkChanged: () => faults.push("networkChanged"),
    cut: () => faults.push("cut"),
    goOffline: (ms) => faults.push(`goOffline ${ms}`),
    switchRoad: (road) => faults.push(`switchRoad ${road}`),
    async close() {
      connection.set({ ...connection.get(), status: "closed" });
      for (const listener of [...responseListeners]) listener(undefined);
    },
    commands,
    heard,
    faults,
    setConnection: (change) => connection.set({ ...connection.get(), ...change }),
    setNow(ms) {
      nowMs = ms;
    },
    advance(ms) {
      nowMs += ms;
    },
    setRoom(roomId, change) {
      const store = roomStore(roomId);
      store.set(typeof change === "function" ? change(store.get()) : { ...store.get(), ...change });
    },
    receive(roomId, init) {
      const response = create(ConnectResponseSchema, init);
      const store = roomStore(roomId);
      store.set(reduceRoom(store.get(), response, nowMs));
      for (const listener of [...(eventListeners.get(roomId) ?? [])]) listener(response);
      for (const listener of [...responseListeners]) listener(response);
    },
    handle(method, handler) {
      handlers.set(nameOf(method), handler as Handler);
    },
    frame(frame) {
      for (const listener of [...frameListeners]) listener(frame);
    },
  };
}

function nameOf(method: DescMethod): string {
  return `${method.parent.typeName}.${method.name}`;
}

async function* stream(
  listeners: Set<(response: ConnectResponse | undefined) => void>,
): AsyncGenerator<ConnectResponse, void, undefined> {
  const queue: (ConnectResponse | undefined)[] = [];
  let wake = () => {};
  const listener = (response: ConnectResponse | undefined) => {
    queue.push(response);
    wake();
  };
  listeners.add(listener);
  try {
    for (;;) {
      if (queue.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const next = queue.shift();
      if (next === undefined) return;
      yield next;
    }
  } finally {
    listeners.delete(listener);
  }
}
