// The rooms that the application hears: one subscription each, however many hold a handle, and a state that is a fold of
// everything delivered.
//
// `positions` says what fits, the package's state says what it does; `driver` speaks with the server.

import { create } from "@bufbuild/protobuf";
import { Code, type ConnectError } from "@connectrpc/connect";
import { type ConnectResponse, type Signals, SignalsSchema, type Subscribe, SubscribeSchema } from "../proto.js";
import { quietly } from "../quietly.js";
import { applyLocal, createStore, emptyRoom, nextTickMs, reduceRoom, type Store, tick } from "../state/index.js";
import type { LocalEffect, RoomHandle, RoomState } from "../types.js";
import { broadcasts } from "./broadcast.js";
import { fromWire, retryAfterMs } from "./errors.js";
import { type Position, Positions } from "./positions.js";
import { Timer } from "./timer.js";

/** A room that nobody holds is heard for this long, as screens change hands. */
const LINGER_MS = 1_000;
/** Where the server does not say when to ask again for a room that it cannot tell of. */
const AGAIN_MS = 500;
/** Values of signals that are remembered per room, to know stale ones. */
const SIGNALS = 4_096;

/** What rooms ask of the connection. */
export interface RoomsHost {
  /** Ask the server for the room, where `Rooms.subscription` says. */
  subscribe(roomId: string): void;
  unsubscribe(roomId: string): void;
  /** The server's clock, in milliseconds. */
  now(): number;
  /** This has been taken into the state of a room. */
  took(state: RoomState, response: ConnectResponse["response"]): void;
  /** The application has everything up to here on show. */
  read(roomId: string, seq: bigint): void;
  dropped(roomId: string): void;
  /** Commands for the room that wait for an answer since before the page was loaded. */
  kept(roomId: string): LocalEffect[];
}

interface Heard {
  readonly state: Store<RoomState>;
  readonly listeners: Set<(response: ConnectResponse) => void>;
  readonly linger: Timer;
  readonly again: Timer;
  /** Typing that nobody takes back ends. */
  readonly typing: Timer;
  /** The newest tick per kind and user. */
  readonly ticks: Map<string, bigint>;
  holders: number;
  ended: boolean;
}

/** The rooms of a session. */
export class Rooms {
  readonly #host: RoomsHost;
  readonly #rooms = new Map<string, Heard>();
  readonly #positions = new Positions();

  constructor(host: RoomsHost) {
    this.#host = host;
  }

  /** A handle; the first one of a room subscribes. */
  open(roomId: string): RoomHandle {
    const room = this.#rooms.get(roomId) ?? this.#add(roomId);
    room.holders += 1;
    room.linger.clear();
    if (room.ended) this.#begin(roomId, room);
    let held = true;
    return {
      id: roomId,
      state: room.state,
      onEvent: (listener) => {
        const own = (response: ConnectResponse) => listener(response);
        room.listeners.add(own);
        return () => room.listeners.delete(own);
      },
      onBroadcast: (event, listener) => {
        const own = broadcasts(event, listener);
        room.listeners.add(own);
        return () => room.listeners.delete(own);
      },
      markRead: (seq) => this.#host.read(roomId, seq),
      apply: (effect) => room.state.set(applyLocal(room.state.get(), effect)),
      release: () => {
        if (!held) return;
        held = false;
        room.holders -= 1;
        if (room.holders === 0) room.linger.set(LINGER_MS, () => this.#drop(roomId));
      },
    };
  }

  /** Everything that is to be heard, for a greeting. */
  get subscriptions(): Subscribe[] {
    return this.#positions.roomIds.flatMap((roomId) => this.subscription(roomId) ?? []);
  }

  /** Where a room goes on. */
  subscription(roomId: string): Subscribe | undefined {
    if (!this.#positions.has(roomId)) return undefined;
    const cursor = this.#positions.cursor(roomId);
    return create(SubscribeSchema, { roomId, ...(cursor && { cursor: { roomId, ...cursor } }) });
  }

  /** Shows what this client does itself, where the room is heard. */
  apply(roomId: string, effect: LocalEffect): void {
    const room = this.#rooms.get(roomId);
    room?.state.set(applyLocal(room.state.get(), effect));
  }

  /** The connection is another one. */
  disconnected(): void {
    this.#positions.disconnected();
    for (const room of this.#rooms.values()) {
      room.ticks.clear();
      room.again.clear();
    }
  }

  /** The caller is somebody else: every room starts from a snapshot. */
  forgetCursors(): void {
    this.#positions.forgetCursors();
  }

  /** Takes in what the server says of rooms; what is not new is left out. Returns whether it was anything new. */
  heard(message: ConnectResponse): boolean {
    const { response } = message;
    switch (response.case) {
      case "event":
        return this.#judge(response.value.roomId, message, (id) => this.#positions.event(id, response.value.seq));
      case "progress":
        return this.#judge(response.value.roomId, message, (id) => this.#positions.progress(id, response.value.seq));
      case "resumed": {
        const { cursor } = response.value;
        if (!cursor) return false;
        return this.#judge(cursor.roomId, message, (id) => this.#positions.resumed(id, at(cursor)));
      }
      case "reset": {
        const cursor = response.value.snapshot?.cursor;
        if (!cursor) return false;
        this.#rooms.get(cursor.roomId)?.ticks.clear();
        const fresh = this.#judge(cursor.roomId, message, (id) => this.#positions.reset(id, at(cursor)));
        if (fresh) for (const effect of this.#host.kept(cursor.roomId)) this.apply(cursor.roomId, effect);
        return fresh;
      }
      case "signals":
        return this.#signals(message, response.value);
      case "subscriptionEnded": {
        const { roomId, error } = response.value;
        return this.#ended(roomId, message, error && fromWire(error));
      }
      default:
        return true;
    }
  }

  /** Ends everything; states stay as they are. */
  close(): void {
    for (const room of this.#rooms.values()) {
      room.linger.clear();
      room.again.clear();
      room.typing.clear();
    }
  }

  #add(roomId: string): Heard {
    const room: Heard = {
      state: createStore(emptyRoom(roomId)),
      listeners: new Set(),
      linger: new Timer(),
      again: new Timer(),
      typing: new Timer(),
      ticks: new Map(),
      holders: 0,
      ended: false,
    };
    this.#rooms.set(roomId, room);
    this.#begin(roomId, room);
    return room;
  }

  #begin(roomId: string, room: Heard): void {
    if (room.ended) room.state.set(emptyRoom(roomId));
    room.ended = false;
    this.#positions.subscribe(roomId);
    this.#host.subscribe(roomId);
  }

  #drop(roomId: string): void {
    const room = this.#rooms.get(roomId);
    if (!room) return;
    room.again.clear();
    room.typing.clear();
    this.#rooms.delete(roomId);
    this.#host.dropped(roomId);
    this.#positions.unsubscribe(roomId);
    if (!room.ended) this.#host.unsubscribe(roomId);
  }

  #judge(roomId: string, message: ConnectResponse, judge: (roomId: string) => "deliver" | "ignore" | "gap"): boolean {
    const room = this.#rooms.get(roomId);
    if (!room) return false;
    const verdict = judge(roomId);
    if (verdict === "gap") this.#host.subscribe(roomId);
    if (verdict !== "deliver") return false;
    this.#take(room, message);
    return true;
  }

  #signals(message: ConnectResponse, signals: Signals): boolean {
    const room = this.#rooms.get(signals.roomId);
    if (!room || !this.#positions.isLive(signals.roomId)) return false;
    // The same signals come by datagram and by stream, in any order.
    const fresh = signals.signals.filter((signal) => {
      const of = signal.signal.value;
      const key = `${signal.signal.case}:${of && "userId" in of ? of.userId : ""}`;
      if (signal.tick <= (room.ticks.get(key) ?? -1n)) return false;
      room.ticks.delete(key);
      room.ticks.set(key, signal.tick);
      if (room.ticks.size > SIGNALS) room.ticks.delete(room.ticks.keys().next().value ?? "");
      return true;
    });
    if (fresh.length === 0) return false;
    const value =
      fresh.length === signals.signals.length ? signals : create(SignalsSchema, { ...signals, signals: fresh });
    this.#take(room, { ...message, response: { case: "signals", value } });
    return true;
  }

  #ended(roomId: string, message: ConnectResponse, error: ConnectError | undefined): boolean {
    const room = this.#rooms.get(roomId);
    if (!room || room.ended) return false;
    if (error?.code === Code.Unavailable) {
      room.again.set(retryAfterMs(error) ?? AGAIN_MS, () => this.#host.subscribe(roomId));
      return false;
    }
    room.ended = true;
    this.#positions.unsubscribe(roomId);
    this.#take(room, message);
    return true;
  }

  #take(room: Heard, message: ConnectResponse): void {
    room.state.set(reduceRoom(room.state.get(), message, this.#host.now()));
    const { response } = message;
    if (response.case === "signals") this.#tick(room);
    this.#host.took(room.state.get(), response);
    if (response.case !== "event") return;
    for (const listener of [...room.listeners]) quietly(() => listener(message));
  }

  #tick(room: Heard): void {
    const nowMs = this.#host.now();
    room.state.set(tick(room.state.get(), nowMs));
    const nextMs = nextTickMs(room.state.get());
    if (nextMs === undefined) room.typing.clear();
    else room.typing.set(nextMs - nowMs, () => this.#tick(room));
  }
}

function at(cursor: { epoch: bigint; seq: bigint }): Position {
  return { epoch: cursor.epoch, seq: cursor.seq };
}
