// Rooms as the components of one page share them: heard while any of them looks, and a little longer.
//
// Neighbours: `hooks` select from them.

import type { RoomEvent } from "../proto.js";
import { emptyRoom } from "../state/index.js";
import type { BroadcastListener, LocalEffect, Readable, RoomHandle, RoomState, TriviumSession } from "../types.js";

/** How long a room is heard after the last component went: long enough for the next screen to load. */
export const LINGER_MS = 2000;

/** A room that is subscribed to while somebody looks at it. */
export interface SharedRoom extends Readable<RoomState> {
  /** Applies a local effect, if the room is heard. */
  apply(effect: LocalEffect): void;
  /** Calls back for each event, and hears the room for that, until the returned function is called. */
  onEvent(listener: (event: RoomEvent) => void): () => void;
  /** As of `RoomHandle`. */
  onBroadcast(event: string, listener: BroadcastListener): () => void;
  /** Everything up to here is on show, if the room is heard. */
  markRead(seq: bigint): void;
}

const shared = new WeakMap<TriviumSession, Map<string, SharedRoom>>();

/** The room of a session; the same object each time. */
export function sharedRoom(session: TriviumSession, roomId: string): SharedRoom {
  let rooms = shared.get(session);
  if (rooms === undefined) {
    rooms = new Map();
    shared.set(session, rooms);
  }
  let room = rooms.get(roomId);
  if (room === undefined) {
    room = createSharedRoom(session, roomId);
    rooms.set(roomId, room);
  }
  return room;
}

function createSharedRoom(session: TriviumSession, roomId: string): SharedRoom {
  const idle = emptyRoom(roomId);
  let handle: RoomHandle | undefined;
  let listeners = 0;
  let lingering: ReturnType<typeof setTimeout> | undefined;
  const release = () => {
    handle?.release();
    handle = undefined;
  };
  const hold = () => {
    clearTimeout(lingering);
    listeners += 1;
    handle ??= session.room(roomId);
    const held = handle;
    let holds = true;
    const leave = () => {
      if (!holds) return;
      holds = false;
      listeners -= 1;
      if (listeners === 0) lingering = setTimeout(release, LINGER_MS);
    };
    return { held, leave };
  };
  /** Hears the room as long as something of it is listened to. */
  const listening = (listen: (held: RoomHandle) => () => void) => {
    const { held, leave } = hold();
    const stop = listen(held);
    return () => {
      stop();
      leave();
    };
  };
  return {
    get: () => handle?.state.get() ?? idle,
    apply: (effect) => handle?.apply(effect),
    markRead: (seq) => handle?.markRead(seq),
    subscribe: (listener) => listening((held) => held.state.subscribe(listener)),
    onEvent: (listener) =>
      listening((held) =>
        held.onEvent(({ response }) => {
          if (response.case === "event") listener(response.value);
        }),
      ),
    onBroadcast: (event, listener) => listening((held) => held.onBroadcast(event, listener)),
  };
}
