// Rooms that a session goes on hearing while nobody looks at them.
//
// Neighbours: `rooms` shares those that are looked at; `notifications` and `conversations` hold theirs with this.

import type { RoomHandle, TriviumSession } from "../types.js";

const held = new WeakMap<TriviumSession, Map<string, RoomHandle>>();

/** The room, heard for the rest of the session; the same handle each time. */
export function heldRoom(session: TriviumSession, roomId: string): RoomHandle {
  const rooms = held.get(session) ?? new Map<string, RoomHandle>();
  held.set(session, rooms);
  const room = rooms.get(roomId) ?? session.room(roomId);
  rooms.set(roomId, room);
  return room;
}

/** Something that is worked out once per session. A promise that breaks is forgotten, to be tried again. */
export function oncePerSession<T>(
  make: (session: TriviumSession) => Promise<T>,
): (session: TriviumSession) => Promise<T> {
  const made = new WeakMap<TriviumSession, Promise<T>>();
  return (session) => {
    const known = made.get(session);
    if (known !== undefined) return known;
    const promise = make(session);
    made.set(session, promise);
    promise.catch(() => made.delete(session));
    return promise;
  };
}
