// How far this client has read each room's log, and whether what comes next fits.
//
// Pure; `rooms` acts on the verdicts. Invariant: what is delivered of a room is its log from the last snapshot on, each entry
// once, in order, without a hole. What does not fit is either known already, or a gap, after which nothing of the room is
// delivered until the server has confirmed where it goes on.

/** Gaps in a row, with nothing delivered in between, after which a cursor is given up for a snapshot. */
const PATIENCE = 3;

/** A position in a room's log. */
export interface Position {
  readonly epoch: bigint;
  readonly seq: bigint;
}

/** What to do with what came: hand it on, ignore it, or subscribe again because something is missing. */
export type Verdict = "deliver" | "ignore" | "gap";

interface Room {
  cursor: Position | undefined;
  /** The server has confirmed on this connection where it goes on. */
  live: boolean;
  gaps: number;
}

/** The rooms that are heard. */
export class Positions {
  readonly #rooms = new Map<string, Room>();

  /** Rooms that are heard, in the order in which they were subscribed to. */
  get roomIds(): string[] {
    return [...this.#rooms.keys()];
  }

  has(roomId: string): boolean {
    return this.#rooms.has(roomId);
  }

  /** Starts to hear a room, from a snapshot on. */
  subscribe(roomId: string): void {
    this.#rooms.set(roomId, { cursor: undefined, live: false, gaps: 0 });
  }

  unsubscribe(roomId: string): void {
    this.#rooms.delete(roomId);
  }

  /** Where the room goes on; `undefined` asks for a snapshot. */
  cursor(roomId: string): Position | undefined {
    return this.#rooms.get(roomId)?.cursor;
  }

  /** Asks for snapshots of everything, such as after the caller became somebody else. */
  forgetCursors(): void {
    for (const room of this.#rooms.values()) Object.assign(room, { cursor: undefined, live: false });
  }

  /** The connection is another one: nothing fits until the server has confirmed it. */
  disconnected(): void {
    for (const room of this.#rooms.values()) room.live = false;
  }

  /** The server goes on after this position. It may lie before ours, never behind it. */
  resumed(roomId: string, at: Position): Verdict {
    const room = this.#rooms.get(roomId);
    if (!room) return "ignore";
    if (!room.cursor || room.cursor.epoch !== at.epoch || at.seq > room.cursor.seq) return gap(room);
    room.live = true;
    return "deliver";
  }

  /** The server starts over with a snapshot. */
  reset(roomId: string, at: Position): Verdict {
    const room = this.#rooms.get(roomId);
    if (!room) return "ignore";
    Object.assign(room, { cursor: at, live: true, gaps: 0 });
    return "deliver";
  }

  /** An event came. */
  event(roomId: string, seq: bigint): Verdict {
    const room = this.#rooms.get(roomId);
    if (!room?.live || !room.cursor) return "ignore";
    const expected = room.cursor.seq + 1n;
    if (seq < expected) return "ignore";
    if (seq > expected) return gap(room);
    advance(room, seq);
    return "deliver";
  }

  /** The position moved over entries that are not for this client. */
  progress(roomId: string, seq: bigint): Verdict {
    const room = this.#rooms.get(roomId);
    if (!room?.live || !room.cursor || seq <= room.cursor.seq) return "ignore";
    advance(room, seq);
    return "deliver";
  }

  /** Whether signals of the room count. */
  isLive(roomId: string): boolean {
    return this.#rooms.get(roomId)?.live ?? false;
  }
}

function advance(room: Room, seq: bigint): void {
  room.gaps = 0;
  if (room.cursor) room.cursor = { epoch: room.cursor.epoch, seq };
}

function gap(room: Room): Verdict {
  room.live = false;
  room.gaps += 1;
  if (room.gaps >= PATIENCE) room.cursor = undefined;
  return "gap";
}
