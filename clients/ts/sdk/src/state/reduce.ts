// From one state of a room to the next, by what the server says.
//
// Neighbours: `snapshot` begins it, `members`, `quiz`, `timeline`, `receipts`, `moderation`, `hands` and `inbox` take their own
// events, `signals` what may be lost; `local` has what this client does itself.

import type { ConnectResponse, RoomEvent } from "../proto.js";
import { fromWire } from "../session/errors.js";
import type { RoomState } from "../types.js";
import { reduceHands } from "./hands.js";
import { reduceInbox } from "./inbox.js";
import { reduceMembers } from "./members.js";
import { reduceModeration } from "./moderation.js";
import { reduceQuiz } from "./quiz.js";
import { reduceReceipts } from "./receipts.js";
import { isHost } from "./roles.js";
import { forgetTicks, reduceSignals } from "./signals.js";
import { fromSnapshot } from "./snapshot.js";
import { reduceChat } from "./timeline.js";

/**
 * The state after a message of the session; the same object where it changes nothing. `nowMs` is any clock that runs evenly,
 * the same one as given to `tick`.
 */
export function reduceRoom(state: RoomState, message: ConnectResponse, nowMs: number): RoomState {
  const { response } = message;
  switch (response.case) {
    case "reset": {
      const { snapshot } = response.value;
      return snapshot?.room?.id === state.roomId ? fromSnapshot(state, snapshot) : state;
    }
    case "event":
      return response.value.roomId === state.roomId ? reduceEvent(state, response.value) : state;
    case "progress":
      return response.value.roomId === state.roomId ? moveTo(state, response.value.seq) : state;
    case "signals":
      return response.value.roomId === state.roomId ? reduceSignals(state, response.value, nowMs) : state;
    case "resumed":
      return response.value.cursor?.roomId === state.roomId ? forgetTicks(state) : state;
    case "subscriptionEnded": {
      const { roomId, error } = response.value;
      if (roomId !== state.roomId) return state;
      return { ...state, status: "ended", ...(error === undefined ? {} : { error: fromWire(error) }) };
    }
    case "welcome":
    case "reply":
    case "ping":
    case "goAway":
    case undefined:
      return state;
  }
}

function reduceEvent(state: RoomState, event: RoomEvent): RoomState {
  const { cursor } = state;
  // Before the snapshot there is nothing to change, and what it includes must not be taken in twice.
  if (cursor === undefined || event.seq <= cursor.seq) return state;
  const room = reduceMembers(state, event);
  const quiz = reduceQuiz(state, room, event);
  const chat = reduceChat(room, event);
  const receipts = reduceReceipts(room, event);
  const same = quiz === room.quiz && chat === room.chat && receipts === room.receipts;
  const next = same ? room : { ...room, ...(quiz === undefined ? {} : { quiz }), chat, receipts };
  const moderated = reduceModeration(next, isHost(next), event);
  return moveTo(reduceInbox(reduceHands(moderated, event), event), event.seq);
}

function moveTo(state: RoomState, seq: bigint): RoomState {
  const { cursor } = state;
  return cursor === undefined || seq <= cursor.seq ? state : { ...state, cursor: { ...cursor, seq } };
}
