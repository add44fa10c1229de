// What may be lost: presence, typing, how many have answered, when screens drew. Newest wins.
//
// Neighbours: `reduce` brings signals here. Typing that nobody takes back ends by `tick`.

import { type Presence, QuizPhase, type Signal, type Signals } from "../proto.js";
import type { ChatView, RoomState } from "../types.js";
import type { ChatModel, RoomModel } from "./model.js";
import { isHost } from "./roles.js";

/**
 * Typing that nobody takes back is forgotten after this, in milliseconds. The server says once that somebody begins, and takes
 * it back itself six seconds after the last word of it; only where that was lost does this end it.
 */
export const TYPING_FOR_MS = 30_000;

/** Most presences kept of users who are no members. */
const MAX_STRANGERS = 64;

/** Signals whose newest tick is remembered; the one heard longest ago goes first. */
const MAX_TICKS = 4_096;

/** The room after the signals; the same object where all of them are stale. */
export function reduceSignals(state: RoomState, { signals }: Signals, nowMs: number): RoomState {
  const before: RoomModel = state;
  // One copy for all: after a cut of many, thousands come at once.
  let ticks: Map<string, bigint> | undefined;
  let next = before;
  const heard: Presence[] = [];
  for (const signal of signals) {
    const key = keyOf(signal);
    if (key === undefined || signal.tick <= ((ticks ?? before.ticks)?.get(key) ?? -1n)) continue;
    ticks ??= new Map(before.ticks);
    ticks.delete(key);
    ticks.set(key, signal.tick);
    if (signal.signal.case === "presence") heard.push(signal.signal.value);
    else next = reduceSignal(next, signal, nowMs);
  }
  if (ticks === undefined) return state;
  for (const key of ticks.keys()) {
    if (ticks.size <= MAX_TICKS) break;
    ticks.delete(key);
  }
  next = { ...withPresences(next, heard), ticks };
  return next;
}

/** A subscription goes on: what may have been missed is told anew, by a server that may count anew. */
export function forgetTicks(state: RoomState): RoomState {
  const { ticks, ...rest }: RoomModel = state;
  const { typing, typingUntilMs, ...chat }: ChatModel = state.chat;
  if (ticks === undefined && typing.size === 0) return state;
  return { ...rest, chat: { ...chat, typing: typing.size === 0 ? typing : new Set() } };
}

/** Everything heard of a user who is no member any more is gone. */
export function forgetUser(state: RoomState, userId: string): RoomState {
  const presences = new Map(state.presences);
  presences.delete(userId);
  return { ...state, presences, chat: stoppedTyping(state.chat, userId) };
}

/** The chat without somebody among those who type. */
export function stoppedTyping(chat: ChatView, userId: string): ChatView {
  if (!chat.typing.has(userId)) return chat;
  const { typingUntilMs }: ChatModel = chat;
  const typing = new Set(chat.typing);
  const until = new Map(typingUntilMs);
  typing.delete(userId);
  until.delete(userId);
  const next: ChatModel = { ...chat, typing, typingUntilMs: until };
  return next;
}

/** The state at a moment: typing that has run out ends. The same object where nothing has. */
export function tick(state: RoomState, nowMs: number): RoomState {
  let { chat }: { chat: ChatModel } = state;
  for (const [userId, untilMs] of chat.typingUntilMs ?? []) {
    if (untilMs <= nowMs) chat = stoppedTyping(chat, userId);
  }
  return chat === state.chat ? state : { ...state, chat };
}

/** When `tick` has something to do next; none if nobody is typing. */
export function nextTickMs(state: RoomState): number | undefined {
  const { typingUntilMs }: ChatModel = state.chat;
  return typingUntilMs === undefined || typingUntilMs.size === 0 ? undefined : Math.min(...typingUntilMs.values());
}

function keyOf({ signal }: Signal): string | undefined {
  switch (signal.case) {
    case "presence":
    case "typing":
      return `${signal.case} ${signal.value.userId}`;
    case "answerProgress":
    case "screenReport":
    case "presenceCounts":
      return signal.case;
    case undefined:
      return undefined;
  }
}

function reduceSignal(state: RoomState, { signal }: Signal, nowMs: number): RoomState {
  switch (signal.case) {
    case "typing": {
      const { userId, typing: begins } = signal.value;
      if (userId === state.me?.userId) return state;
      const chat = begins ? startedTyping(state.chat, userId, nowMs) : stoppedTyping(state.chat, userId);
      return chat === state.chat ? state : { ...state, chat };
    }
    case "answerProgress": {
      const { quiz } = state;
      const progress = signal.value;
      if (quiz?.state.phase !== QuizPhase.OPEN || quiz.state.prompt?.index !== progress.index) return state;
      // Hosts who have heard every answer count them themselves, and exactly.
      const exact = isHost(state) && quiz.answers.size >= quiz.state.answeredCount;
      const answeredCount = exact ? quiz.state.answeredCount : progress.answered;
      return { ...state, quiz: { ...quiz, progress, state: { ...quiz.state, answeredCount } } };
    }
    case "screenReport": {
      const { quiz } = state;
      const screens = signal.value;
      if (quiz?.state.phase !== QuizPhase.OPEN || quiz.state.prompt?.index !== screens.index) return state;
      return { ...state, quiz: { ...quiz, screens } };
    }
    case "presenceCounts":
      return { ...state, presenceCounts: signal.value };
    case "presence":
    case undefined:
      return state;
  }
}

/** Signals overtake events: a presence may be of somebody whose coming is not told yet, or whose going is. */
function withPresences(state: RoomModel, heard: readonly Presence[]): RoomModel {
  // In a large room not all members are known here.
  const isKnown = ({ userId }: Presence) => state.members.has(userId) || state.members.size < state.memberCount;
  const known = heard.filter(isKnown);
  const unknown = heard.filter((presence) => !isKnown(presence));
  return {
    ...state,
    ...(known.length > 0 && { presences: withNewest(state.presences, known) }),
    ...(unknown.length > 0 && {
      strangers: new Map([...withNewest(state.strangers ?? new Map(), unknown)].slice(-MAX_STRANGERS)),
    }),
  };
}

/** The newest heard stand at the end. */
function withNewest(before: ReadonlyMap<string, Presence>, heard: readonly Presence[]): Map<string, Presence> {
  const presences = new Map(before);
  for (const presence of heard) {
    presences.delete(presence.userId);
    presences.set(presence.userId, presence);
  }
  return presences;
}

function startedTyping(chat: ChatModel, userId: string, nowMs: number): ChatModel {
  return {
    ...chat,
    // Who is typing on and on changes nothing that is drawn.
    typing: chat.typing.has(userId) ? chat.typing : new Set(chat.typing).add(userId),
    typingUntilMs: new Map(chat.typingUntilMs).set(userId, nowMs + TYPING_FOR_MS),
  };
}
