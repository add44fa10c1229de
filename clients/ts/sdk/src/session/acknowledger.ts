// Tells the server what has arrived and what was shown: the newest only, seldom, and again after a cut.
//
// `exchange` brings what arrived and what the application has on show; `state/receipts` counts with the same marks.

import { larger } from "../larger.js";
import type { ConnectResponse, Receipt } from "../proto.js";
import { isInexact } from "../state/index.js";
import type { RoomState } from "../types.js";
import { Timer } from "./timer.js";

/** Between two words on one room, in milliseconds. */
export const INTERVAL_MS = 1_000;
/** In larger rooms, all members together say no more than one word in this time per room. */
const PER_MEMBER_MS = 20;

/** How far the caller has received and read a room. */
export interface Marks {
  readonly deliveredSeq: bigint;
  readonly readSeq: bigint;
}

/** What the acknowledger needs of the session. */
export interface AcknowledgerHost {
  /** Whether nobody sees the page. */
  readonly hidden: boolean;
  /** Evenly from 0 to 1. */
  random(): number;
  /**
   * Tells the server, and takes its answer into the room. `later` if it was lost with the connection; a number of milliseconds
   * where the server asks for patience; `done` if it was answered, be it by a refusal.
   */
  tell(roomId: string, marks: Marks): Promise<"done" | "later" | number>;
  /** The room counts these as read. */
  show(roomId: string, readSeq: bigint): void;
}

interface Room {
  wanted: Marks;
  told: Marks;
  /** On show while nobody sees the page. */
  unseen: bigint;
  /** The count of what is unread is to be asked for. */
  ask: boolean;
  members: number;
  /** Who has no seat has no marks. */
  silent: boolean;
  busy: boolean;
  readonly timer: Timer;
  /** When the next word may be said, by `performance.now()`. */
  nextAt: number;
}

const NOTHING: Marks = { deliveredSeq: 0n, readSeq: 0n };

/** Acknowledges for one session. */
export class Acknowledger {
  readonly #host: AcknowledgerHost;
  readonly #rooms = new Map<string, Room>();

  constructor(host: AcknowledgerHost) {
    this.#host = host;
  }

  /** This was taken into the state of a room. */
  heard(state: RoomState, response: ConnectResponse["response"]): void {
    const { roomId, me, memberCount } = state;
    if (response.case === "subscriptionEnded") this.drop(roomId);
    if (response.case !== "event" && response.case !== "reset" && response.case !== "resumed") return;
    const room = this.#room(roomId);
    room.silent = me === undefined;
    room.members = memberCount;
    const own = marksIn(response).find(({ userId }) => userId === me?.userId);
    if (own !== undefined) room.told = newest(room.told, own);
    const message = state.chat.messages.findLast(
      (each) => each.status === "saved" && each.message.authorId !== me?.userId,
    );
    room.wanted = newest(room.wanted, { deliveredSeq: message?.message.seq ?? 0n, readSeq: 0n });
    room.ask = isInexact(state.receipts);
    this.#plan(roomId, room);
  }

  /** Everything up to here is on show. */
  read(roomId: string, seq: bigint): void {
    const room = this.#room(roomId);
    if (this.#host.hidden) {
      if (seq > room.unseen) room.unseen = seq;
      return;
    }
    this.#host.show(roomId, seq);
    room.wanted = newest(room.wanted, { deliveredSeq: seq, readSeq: seq });
    this.#plan(roomId, room);
  }

  /** The page is seen again: what was on show is read now. */
  shown(): void {
    for (const [roomId, room] of this.#rooms) {
      const seq = room.unseen;
      room.unseen = 0n;
      if (seq > 0n) this.read(roomId, seq);
    }
  }

  /** The page may be gone in a moment: what waits for its turn is told now. */
  hurry(): void {
    for (const [roomId, room] of this.#rooms) {
      if (!room.timer.armed) continue;
      room.timer.clear();
      void this.#tell(roomId, room);
    }
  }

  /** The room is no longer heard. */
  drop(roomId: string): void {
    this.#rooms.get(roomId)?.timer.clear();
    this.#rooms.delete(roomId);
  }

  close(): void {
    for (const roomId of [...this.#rooms.keys()]) this.drop(roomId);
  }

  #room(roomId: string): Room {
    const room = this.#rooms.get(roomId) ?? {
      wanted: NOTHING,
      told: NOTHING,
      unseen: 0n,
      ask: false,
      members: 0,
      silent: true,
      busy: false,
      timer: new Timer(),
      nextAt: 0,
    };
    this.#rooms.set(roomId, room);
    return room;
  }

  #plan(roomId: string, room: Room): void {
    const { wanted, told, ask } = room;
    const nothing = wanted.deliveredSeq <= told.deliveredSeq && wanted.readSeq <= told.readSeq && !ask;
    if (nothing || room.silent || room.busy || room.timer.armed) return;
    const interval = intervalOf(room);
    // Everybody in a large room has the same message at the same moment: they do not all say so at once.
    const spread = interval > INTERVAL_MS ? this.#host.random() * interval : 0;
    const wait = Math.max(room.nextAt - performance.now(), spread);
    room.timer.set(wait, () => void this.#tell(roomId, room));
  }

  async #tell(roomId: string, room: Room): Promise<void> {
    const { wanted } = room;
    const interval = intervalOf(room);
    room.busy = true;
    room.nextAt = performance.now() + interval;
    room.ask = false;
    const outcome = await this.#host.tell(roomId, wanted);
    room.busy = false;
    if (this.#rooms.get(roomId) !== room) return;
    // What was lost is told again as soon as the room goes on.
    if (outcome === "later") return;
    if (outcome === "done") room.told = newest(room.told, wanted);
    else room.nextAt = performance.now() + Math.max(interval, outcome);
    this.#plan(roomId, room);
  }
}

/** How long after a word the next one may be said, in milliseconds. */
function intervalOf({ members }: Room): number {
  return Math.max(INTERVAL_MS, members * PER_MEMBER_MS);
}

/** The marks that the server tells of. */
function marksIn(response: ConnectResponse["response"]): readonly Receipt[] {
  if (response.case === "reset") return response.value.snapshot?.receipts ?? [];
  if (response.case !== "event" || response.value.event.case !== "receiptsMoved") return [];
  return response.value.event.value.receipts;
}

function newest(a: Marks, b: Marks): Marks {
  return {
    deliveredSeq: larger(a.deliveredSeq, b.deliveredSeq),
    readSeq: larger(a.readSeq, b.readSeq),
  };
}
