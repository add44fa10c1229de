// Raised hands, in the order in which they were raised.
//
// Neighbours: `reduce` brings events here; members carry the same times.

import type { Member, RoomEvent } from "../proto.js";
import type { Hand, RoomState } from "../types.js";

/** The hands of members, the first one raised first. */
export function handsOf(members: Iterable<Member>): Hand[] {
  return inOrder(
    [...members].flatMap(({ userId, handTimeMs }) => (handTimeMs > 0n ? [{ userId, timeMs: handTimeMs }] : [])),
  );
}

/** The room after a hand went up or down, or a member changed or went; the same object where none of it. */
export function reduceHands(state: RoomState, { event, timeMs }: RoomEvent): RoomState {
  switch (event.case) {
    case "handChanged": {
      const { userId, raised } = event.value;
      const handTimeMs = raised ? timeMs : 0n;
      const member = state.members.get(userId);
      return withHand(
        {
          ...state,
          ...(member === undefined ? {} : { members: new Map(state.members).set(userId, { ...member, handTimeMs }) }),
          ...(state.me?.userId === userId ? { me: { ...state.me, handTimeMs } } : {}),
        },
        userId,
        handTimeMs,
      );
    }
    case "memberJoined":
    case "memberUpdated": {
      const { member } = event.value;
      return member === undefined ? state : withHand(state, member.userId, member.handTimeMs);
    }
    case "memberLeft":
      return withHand(state, event.value.userId, 0n);
    default:
      return state;
  }
}

function withHand(state: RoomState, userId: string, timeMs: bigint): RoomState {
  const before = state.hands.find((each) => each.userId === userId);
  if ((before?.timeMs ?? 0n) === timeMs) return state;
  const others = state.hands.filter((each) => each !== before);
  return { ...state, hands: timeMs === 0n ? others : inOrder([...others, { userId, timeMs }]) };
}

function inOrder(hands: Hand[]): Hand[] {
  return hands.sort((a, b) => (a.timeMs === b.timeMs ? (a.userId < b.userId ? -1 : 1) : a.timeMs < b.timeMs ? -1 : 1));
}
