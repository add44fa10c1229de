// What this client does itself, shown before the server has said anything.
//
// Neighbours: `reduce` settles it when the server's event comes.

import type { ChatMessage, LocalEffect, OwnAnswer, QuizView, ReceiptsView, RoomState } from "../types.js";
import { settleSaved } from "./chat.js";
import { withOlder } from "./inbox.js";
import { acknowledged, moved, readUpTo } from "./receipts.js";
import { withRead } from "./timeline.js";

/** The state with the effect; the same object where nothing changes. */
export function applyLocal(state: RoomState, effect: LocalEffect): RoomState {
  switch (effect.kind) {
    case "answer-sending":
      return withOwn(state, effect.questionIndex, (own) =>
        own?.status === "locked"
          ? own
          : { questionIndex: effect.questionIndex, answer: effect.answer, status: "sending" },
      );
    case "answer-locked":
      return withOwn(state, effect.questionIndex, (own) =>
        own === undefined || own.status === "locked"
          ? own
          : {
              questionIndex: effect.questionIndex,
              ...(own.answer === undefined ? {} : { answer: own.answer }),
              status: "locked",
              responseMs: effect.responseMs,
              creditMs: effect.creditMs,
            },
      );
    case "answer-refused":
      return withOwn(state, effect.questionIndex, (own) =>
        own === undefined || own.status === "locked" ? own : { ...own, status: "refused", error: effect.error },
      );
    case "message-sending": {
      const entry: ChatMessage = { key: effect.key, message: effect.message, status: "sending" };
      const rest = state.chat.messages.filter((each) => each.key !== effect.key);
      return withMessages(state, [...rest, entry]);
    }
    case "message-saved":
      return withMessages(state, settleSaved(state.chat.messages, effect.key, effect.message));
    case "message-failed":
      return withMessages(
        state,
        state.chat.messages.map((each) =>
          each.key === effect.key && each.status === "sending"
            ? { ...each, status: "failed", error: effect.error }
            : each,
        ),
      );
    case "message-dropped":
      return withMessages(
        state,
        state.chat.messages.filter((each) => each.key !== effect.key || each.status === "saved"),
      );
    case "messages-loaded":
    case "thread-loaded":
    case "jump-loaded":
    case "jump-left":
    case "pins-loaded": {
      const chat = withRead(state.chat, effect);
      return chat === state.chat ? state : { ...state, chat };
    }
    case "read":
      return withReceipts(state, readUpTo(state.receipts, effect.seq));
    case "receipts-loaded":
      return withReceipts(state, moved(state.receipts, effect.receipts, state.me?.userId));
    case "acknowledged":
      return withReceipts(state, acknowledged(state.receipts, effect.receipt, effect.unread));
    case "notifications-loaded":
      return withOlder(state, effect.notifications, effect.more);
  }
}

function withReceipts(state: RoomState, receipts: ReceiptsView): RoomState {
  return receipts === state.receipts ? state : { ...state, receipts };
}

function withOwn(
  state: RoomState,
  questionIndex: number,
  change: (own: OwnAnswer | undefined) => OwnAnswer | undefined,
): RoomState {
  const { quiz } = state;
  if (quiz === undefined || quiz.state.prompt?.index !== questionIndex) return state;
  const own = change(quiz.own?.questionIndex === questionIndex ? quiz.own : undefined);
  if (own === undefined || own === quiz.own) return state;
  const next: QuizView = { ...quiz, own };
  return { ...state, quiz: next };
}

function withMessages(state: RoomState, messages: readonly ChatMessage[]): RoomState {
  const before = state.chat.messages;
  if (messages.length === before.length && messages.every((each, at) => each === before[at])) return state;
  return { ...state, chat: { ...state.chat, messages } };
}
