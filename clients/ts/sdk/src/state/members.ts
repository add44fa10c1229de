// Settings and members of a room by their events.
//
// Neighbours: `reduce` brings the events here first; the quiz then counts anew.

import { create } from "@bufbuild/protobuf";
import {
  type Invitation,
  LeaveReason,
  type Member,
  PresenceSchema,
  PresenceState,
  type Room,
  type RoomEvent,
} from "../proto.js";
import type { RoomState } from "../types.js";
import type { RoomModel } from "./model.js";
import { isHost } from "./roles.js";
import { forgetUser } from "./signals.js";

/** The room after an event of its members or settings; the same object where it is neither. */
export function reduceMembers(state: RoomState, { event, timeMs }: RoomEvent): RoomState {
  switch (event.case) {
    case "roomCreated":
    case "roomUpdated":
      return withRoom(state, event.value.room);
    case "roomClosed":
      return {
        ...state,
        ...(state.room === undefined ? {} : { room: { ...state.room, closeTimeMs: timeMs } }),
        invitations: new Map(),
      };
    case "memberJoined": {
      const { member, memberCount, invitationCode } = event.value;
      if (member === undefined) return state;
      return usedInvitation(withCount(withMember(state, member, timeMs), memberCount), invitationCode);
    }
    case "memberUpdated": {
      const { member, invitationCode } = event.value;
      return member === undefined ? state : usedInvitation(withMember(state, member, timeMs), invitationCode);
    }
    case "memberLeft": {
      const { userId, reason, memberCount } = event.value;
      const members = new Map(state.members);
      members.delete(userId);
      const next = forgetUser(withCount({ ...state, members }, memberCount), userId);
      const banned = reason === LeaveReason.BANNED && isHost(state) ? withBan(next, userId) : next;
      if (state.me?.userId !== userId) return banned;
      const { me, ...rest } = banned;
      return { ...rest, left: event.value };
    }
    case "userBanned":
      return withBan(state, event.value.userId);
    case "userUnbanned": {
      const bannedUserIds = new Set(state.bannedUserIds);
      return bannedUserIds.delete(event.value.userId) ? { ...state, bannedUserIds } : state;
    }
    case "invitationCreated": {
      const { invitation } = event.value;
      if (invitation === undefined) return state;
      const good = [...state.invitations].filter(([, each]) => each.expireTimeMs > timeMs);
      return { ...state, invitations: new Map(good).set(invitation.code, invitation) };
    }
    case "invitationRevoked":
      return withInvitation(state, event.value.code, undefined);
    default:
      return state;
  }
}

function withRoom(state: RoomState, room: Room | undefined): RoomState {
  // Events of the room leave the count to those of its members.
  return room === undefined ? state : { ...state, room: { ...room, memberCount: state.memberCount } };
}

function withCount(state: RoomModel, memberCount: number): RoomModel {
  return { ...state, memberCount, ...(state.room !== undefined && { room: { ...state.room, memberCount } }) };
}

function withMember(state: RoomModel, member: Member, timeMs: bigint): RoomState {
  const members = new Map(state.members).set(member.userId, member);
  const own = state.me?.userId === member.userId ? { me: member } : {};
  if (state.presences.has(member.userId)) return { ...state, members, ...own };
  const heard = state.strangers?.get(member.userId);
  // Who has come in and is not connected yet counts as just cut off.
  const entered = { userId: member.userId, state: PresenceState.AWAY, changeTimeMs: timeMs };
  const presence = heard !== undefined && heard.changeTimeMs >= timeMs ? heard : create(PresenceSchema, entered);
  return { ...state, members, ...own, presences: new Map(state.presences).set(member.userId, presence) };
}

function withBan(state: RoomState, userId: string): RoomState {
  return { ...state, bannedUserIds: new Set(state.bannedUserIds).add(userId) };
}

function usedInvitation(state: RoomState, code: string): RoomState {
  const invitation = state.invitations.get(code);
  if (invitation === undefined) return state;
  const uses = invitation.uses + 1;
  return withInvitation(state, code, uses < invitation.maxUses ? { ...invitation, uses } : undefined);
}

function withInvitation(state: RoomState, code: string, invitation: Invitation | undefined): RoomState {
  const invitations = new Map(state.invitations);
  if (invitation === undefined) invitations.delete(code);
  else invitations.set(code, invitation);
  return { ...state, invitations };
}
