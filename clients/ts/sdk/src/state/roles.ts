// What a caller is in a room, as far as it changes what it is told.

import { type Member, Role } from "../proto.js";
import type { RoomState } from "../types.js";

/** Whether a member plays, and so has an own view of the game. */
export function plays(member: Member | undefined): member is Member {
  return member?.role === Role.MEMBER;
}

/** Whether the caller sees what hosts see: by its role in the room, or by a role that stands above rooms. */
export function isHost(state: RoomState): boolean {
  return state.me === undefined || state.me.role >= Role.CO_HOST;
}
