// How a room is moderated, who is muted, and how much waits for hosts.
//
// Neighbours: `reduce` brings events here, `snapshot` begins it; the messages themselves are the timeline's.

import { type Member, MessageState, type Mute, type RoomEvent, type RoomSnapshot } from "../proto.js";
import type { ModerationView, RoomState } from "../types.js";
import type { ModerationModel } from "./model.js";

/** Most texts that rules refused which are remembered. */
export const MAX_BLOCKED = 50;
/** Most messages whose waiting is remembered one by one. */
const MAX_KNOWN = 1_000;

/** Nothing set and nothing waiting. */
export const NO_MODERATION: ModerationView = { pendingCount: 0, reportCount: 0, blocked: [] };

/** Settings and counts from a snapshot; what was blocked is told only once. */
export function moderationFrom(before: RoomState, snapshot: RoomSnapshot): ModerationView {
  const { moderation, pendingCount, reportCount } = snapshot;
  const same = before.cursor?.epoch === snapshot.cursor?.epoch;
  const model: ModerationModel = {
    ...(moderation === undefined ? {} : { settings: moderation }),
    pendingCount,
    reportCount,
    blocked: same ? before.moderation.blocked : [],
  };
  return model;
}

/** The room after an event of its moderation; the same object where it is none. */
export function reduceModeration(state: RoomState, host: boolean, { event, timeMs, seq }: RoomEvent): RoomState {
  const moderation: ModerationModel = state.moderation;
  const with_ = (change: Partial<ModerationModel>): RoomState => {
    const next: ModerationModel = { ...moderation, ...change };
    return { ...state, moderation: next };
  };
  switch (event.case) {
    case "moderationUpdated": {
      const { settings } = event.value;
      return settings === undefined ? state : with_({ settings });
    }
    case "messageHeld": {
      const held = event.value.message?.seq ?? seq;
      return host
        ? with_({ pendingCount: moderation.pendingCount + 1, pending: added(moderation.pending, held) })
        : state;
    }
    case "messageResolved":
      return host ? with_(resolved(moderation, event.value.messageSeq, event.value.state)) : state;
    case "messageDeleted":
      return moderation.pending?.has(event.value.messageSeq) === true
        ? with_(noLongerPending(moderation, [event.value.messageSeq]))
        : state;
    case "messagesExpired": {
      const { throughSeq } = event.value;
      const gone = [...(moderation.pending ?? [])].filter((each) => each <= throughSeq);
      return gone.length === 0 ? state : with_(noLongerPending(moderation, gone));
    }
    case "messageReported":
      return host ? with_({ reportCount: moderation.reportCount + 1 }) : state;
    case "reportResolved":
      return host ? with_({ reportCount: Math.max(0, moderation.reportCount - 1) }) : state;
    case "filterBlocked": {
      const blocked = [{ seq, timeMs, blocked: event.value }, ...moderation.blocked].slice(0, MAX_BLOCKED);
      return with_({ blocked });
    }
    case "memberMuted": {
      const { mute } = event.value;
      return mute === undefined ? state : withMute(state, mute.userId, mute);
    }
    case "memberUnmuted":
      return withMute(state, event.value.userId, undefined);
    default:
      return state;
  }
}

function resolved(before: ModerationModel, seq: bigint, to: MessageState): Partial<ModerationModel> {
  const { pending, archived, pendingCount } = before;
  if (to === MessageState.ARCHIVED) return { archived: added(archived, seq) };
  // One that was put aside is brought back; whatever else is published or rejected has waited.
  if (archived?.has(seq) === true) return { archived: without(archived, [seq]) };
  if (pending?.has(seq) === true) return noLongerPending(before, [seq]);
  return { pendingCount: Math.max(0, pendingCount - 1) };
}

function noLongerPending(before: ModerationModel, seqs: readonly bigint[]): Partial<ModerationModel> {
  return {
    pendingCount: Math.max(0, before.pendingCount - seqs.length),
    pending: without(before.pending, seqs),
  };
}

function withMute(state: RoomState, userId: string, mute: Mute | undefined): RoomState {
  const member = state.members.get(userId);
  return {
    ...state,
    ...(member === undefined ? {} : { members: new Map(state.members).set(userId, muted(member, mute)) }),
    ...(state.me?.userId === userId ? { me: muted(state.me, mute) } : {}),
  };
}

function muted(member: Member, mute: Mute | undefined): Member {
  const { mute: before, ...rest } = member;
  return mute === undefined ? rest : { ...rest, mute };
}

function added(seqs: ReadonlySet<bigint> | undefined, seq: bigint): ReadonlySet<bigint> {
  return new Set([...(seqs ?? [])].slice(1 - MAX_KNOWN)).add(seq);
}

function without(seqs: ReadonlySet<bigint> | undefined, gone: readonly bigint[]): ReadonlySet<bigint> {
  const left = new Set(seqs);
  for (const seq of gone) left.delete(seq);
  return left;
}
