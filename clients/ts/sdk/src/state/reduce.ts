// From one state of a room to the next, by what the server says.
//
// Neighbours: `snapshot` begins it, `members`, `quiz` and `chat` take their own events, `signals` what may be lost; `local`
// has what this client does itself.

import type { ConnectResponse, RoomEvent } from "../proto.js";
import { fromWire } from "../session/errors.js";
import type { ChatView, QuizView, RoomState } from "../types.js";
import { messageDeleted, messageEdited, messageSent, reactionChanged } from "./chat.js";
import { reduceMembers } from "./members.js";
import { reduceQuiz } from "./quiz.js";
import { forgetTicks, reduceSignals, stoppedTyping } from "./signals.js";
import { fromSnapshot } from "./snapshot.js";

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
  return moveTo(quiz === room.quiz && chat === room.chat ? room : assemble(room, quiz, chat), event.seq);
}

function assemble(room: RoomState, quiz: QuizView | undefined, chat: ChatView): RoomState {
  return { ...room, ...(quiz === undefined ? {} : { quiz }), chat };
}

function reduceChat(state: RoomState, { event, timeMs }: RoomEvent): ChatView {
  const { chat } = state;
  const with_ = (messages: ChatView["messages"]) => (messages === chat.messages ? chat : { ...chat, messages });
  switch (event.case) {
    case "messageSent": {
      const { message } = event.value;
      if (message === undefined) return chat;
      const messages = messageSent(chat.messages, message, state.me?.userId);
      const next = stoppedTyping(with_(messages), message.authorId);
      // More than fit: what fell off the old end can be read again. One that was on its way and is saved now did not.
      const first = chat.messages[0]?.key;
      const kept = first === undefined || messages.some(({ key }) => key === first);
      return chat.more || kept ? next : { ...next, more: true };
    }
    case "messageEdited":
      return with_(messageEdited(chat.messages, event.value, timeMs));
    case "messageDeleted":
      return with_(messageDeleted(chat.messages, event.value, timeMs));
    case "reactionChanged":
      return with_(reactionChanged(chat.messages, event.value));
    default:
      return chat;
  }
}

function moveTo(state: RoomState, seq: bigint): RoomState {
  const { cursor } = state;
  return cursor === undefined || seq <= cursor.seq ? state : { ...state, cursor: { ...cursor, seq } };
}
