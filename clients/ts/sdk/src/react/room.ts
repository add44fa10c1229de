// A room, its connection and its clock, for components.
//
// Neighbours: `quiz`, `chat` and `presence` are the same for one feature each.

import { useMemo } from "react";
import type { Clock, ConnectionState, RoomState } from "../types.js";
import { useSession } from "./context.js";
import { type SharedRoom, sharedRoom } from "./rooms.js";
import { type Equal, useSelected } from "./select.js";

/** How the session is connected; with a selector, only that part of it. */
export function useConnection(): ConnectionState;
export function useConnection<S>(selector: (connection: ConnectionState) => S, equal?: Equal<S>): S;
export function useConnection<S>(
  selector: (connection: ConnectionState) => S = identity as (connection: ConnectionState) => S,
  equal?: Equal<S>,
): S {
  return useSelected(useSession().connection, selector, equal);
}

/** The server's clock. Reading it draws nothing again; `useCountdown` does. */
export function useClock(): Clock {
  return useSession().clock;
}

/** The room, heard while the component is there; with a selector, only that part of it. */
export function useRoom(roomId: string): RoomState;
export function useRoom<S>(roomId: string, selector: (room: RoomState) => S, equal?: Equal<S>): S;
export function useRoom<S>(
  roomId: string,
  selector: (room: RoomState) => S = identity as (room: RoomState) => S,
  equal?: Equal<S>,
): S {
  return useSelected(useSharedRoom(roomId), selector, equal);
}

/** The room as its components share it. */
export function useSharedRoom(roomId: string): SharedRoom {
  const session = useSession();
  return useMemo(() => sharedRoom(session, roomId), [session, roomId]);
}

function identity<T>(value: T): T {
  return value;
}
