// How many are asked and how many have answered.
//
// Neighbours: `deadlines` says who is asked; `quiz` asks anew when a question opens, when its time changes, and when
// somebody comes or goes.

import { QuizPhase } from "../proto.js";
import type { RoomState } from "../types.js";
import { takesPart } from "./deadlines.js";
import type { QuizModel } from "./model.js";
import { plays } from "./roles.js";

/** The quiz with how many are asked now. */
export function counted(quiz: QuizModel, room: RoomState): QuizModel {
  if (quiz.state.openTimeMs === 0n) return quiz;
  let expectedCount = 0;
  let others = 0;
  for (const member of room.members.values()) {
    if (!plays(member)) others += 1;
    else if (isAsked(quiz, room, member.userId)) expectedCount += 1;
  }
  // Of a large room not all members are known here; those who are not are players as good as always.
  if (room.members.size < room.memberCount) expectedCount = room.memberCount - others;
  return withCounts(quiz, { expectedCount });
}

/** The quiz after a member has come, gone or become something else. */
export function moved(quiz: QuizModel, userId: string, before: RoomState, room: RoomState): QuizModel {
  if (quiz.state.openTimeMs === 0n) return quiz;
  const delta = Number(isAsked(quiz, room, userId)) - Number(isAsked(quiz, before, userId));
  const { expectedCount, answeredCount, phase } = quiz.state;
  const answered = phase === QuizPhase.OPEN && !plays(room.me) && quiz.answers.has(userId);
  return withCounts(quiz, {
    expectedCount: expectedCount + delta,
    answeredCount: answered ? answeredCount + delta : answeredCount,
  });
}

function isAsked(quiz: QuizModel, room: RoomState, userId: string): boolean {
  const member = room.members.get(userId);
  if (!plays(member)) return false;
  const { state, commonCloseMs = 0n, closedAtMs } = quiz;
  const limitMs = state.prompt?.timeLimitMs ?? 0;
  // One's own accommodations are told in `me` at least.
  const known = member.userId === room.me?.userId ? room.me : member;
  return quiz.answers.has(userId) || takesPart(known, { openMs: state.openTimeMs, commonCloseMs, limitMs, closedAtMs });
}

function withCounts(quiz: QuizModel, counts: { expectedCount?: number; answeredCount?: number }): QuizModel {
  const { expectedCount = quiz.state.expectedCount, answeredCount = quiz.state.answeredCount } = counts;
  if (expectedCount === quiz.state.expectedCount && answeredCount === quiz.state.answeredCount) return quiz;
  return { ...quiz, state: { ...quiz.state, expectedCount, answeredCount } };
}
