// Rooms as the components of one page share them: heard while any of them looks, and a little longer.
//
// Neighbours: `hooks` select from them.

import { emptyRoom } from "../state/index.js";
import type { LocalEffect, Readable, RoomHandle, RoomState, TriviumSession } from "../types.js";

/** How long a room is heard after the last component went: long enough for the next screen to load. */
export const LINGER_MS = 2000;

/** A room that is subscribed to while somebody looks at it. */
export interface SharedRoom extends Readable<RoomState> {
  /** Applies a local effect, if the room is heard. */
  apply(effect: LocalEffect): void;
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
  return {
    get: () => handle?.state.get() ?? idle,
    apply: (effect) => handle?.apply(effect),
    subscribe(listener) {
      clearTimeout(lingering);
      listeners += 1;
      handle ??= session.room(roomId);
      const unsubscribe = handle.state.subscribe(listener);
      return () => {
        unsubscribe();
        listeners -= 1;
        if (listeners === 0) lingering = setTimeout(release, LINGER_MS);
      };
    },
  };
}
