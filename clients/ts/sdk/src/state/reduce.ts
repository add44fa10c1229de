// From one state of a room to the next, by what the server says.
//
// Neighbours: `quiz` and `chat` take their own events; `local` has what this client does itself.

import { type ConnectResponse, Role, type RoomSnapshot } from "../proto.js";
import type { RoomState } from "../types.js";
import { savedEntries } from "./chat.js";

/** The state after a message of the session; the same object where it changes nothing. */
export function reduceRoom(state: RoomState, message: ConnectResponse, _nowMs: number): RoomState {
  const { response } = message;
  switch (response.case) {
    case "reset":
      return response.value.snapshot?.room?.id === state.roomId ? fromSnapshot(state, response.value.snapshot) : state;
    default:
      return state;
  }
}

function fromSnapshot(state: RoomState, snapshot: RoomSnapshot): RoomState {
  const { room, me, cursor, quiz } = snapshot;
  return {
    roomId: state.roomId,
    status: "live",
    ...(room === undefined ? {} : { room }),
    ...(me === undefined ? {} : { me }),
    members: new Map(snapshot.members.map((each) => [each.userId, each])),
    memberCount: snapshot.memberCount,
    presences: new Map(snapshot.presences.map((each) => [each.userId, each])),
    bannedUserIds: new Set(snapshot.bannedUserIds),
    ...(quiz === undefined ? {} : { quiz: { state: quiz, reveals: new Map() } }),
    chat: { messages: savedEntries(snapshot.messages), more: snapshot.messages.length > 0, typing: new Set() },
    ...(cursor === undefined ? {} : { cursor }),
  };
}

export const hostRoles: ReadonlySet<Role> = new Set([Role.HOST, Role.CO_HOST]);
