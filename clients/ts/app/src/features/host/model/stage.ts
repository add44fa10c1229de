// Which screen the projector shows: the phase of the game, cut finer by the server's clock.
//
// Neighbours: `actions` says what a host may do on it, `../stages` draws it.

import type { QuizView, RoomState } from "@trivium/client";
import { QuizPhase, type QuizState } from "@trivium/client/proto";

/** A screen of the projector. */
export type Stage =
  | "loading"
  | "closed"
  | "empty"
  | "lobby"
  | "countdown"
  | "read"
  | "question"
  | "timeUp"
  | "reveal"
  | "leaderboard"
  | "podium";

/** The screen of a room at a moment of the server's clock. */
export function stageOf(
  room: Pick<RoomState, "status" | "room"> & { readonly quiz?: Pick<QuizView, "state"> },
  nowMs: number,
): Stage {
  if (room.status === "loading") return "loading";
  if (room.status === "ended" || (room.room?.closeTimeMs ?? 0n) > 0n) return "closed";
  return room.quiz ? stageOfQuiz(room.quiz.state, nowMs) : "empty";
}

function stageOfQuiz(quiz: QuizState, nowMs: number): Stage {
  switch (quiz.phase) {
    case QuizPhase.UNSPECIFIED:
    case QuizPhase.LOBBY:
      return "lobby";
    case QuizPhase.STARTING:
      return "countdown";
    case QuizPhase.READING:
      return "read";
    case QuizPhase.OPEN:
      // The options are known a moment before they may be drawn: on every screen they turn at the same instant.
      return quiz.paused || nowMs >= Number(quiz.openTimeMs) ? "question" : "read";
    case QuizPhase.CLOSED:
      return "timeUp";
    case QuizPhase.REVEALED:
      return "reveal";
    case QuizPhase.LEADERBOARD:
      return "leaderboard";
    case QuizPhase.ENDED:
      return "podium";
  }
}

/** The next moment of the server's clock at which `stageOf` may change without an event; absent if there is none. */
export function nextTurn(quiz: QuizState | undefined, nowMs: number): number | undefined {
  if (quiz?.phase !== QuizPhase.OPEN || quiz.paused) return undefined;
  const open = Number(quiz.openTimeMs);
  return open > nowMs ? open : undefined;
}

/** How long the question on show is open in all, extensions included, in milliseconds. */
export function openMs(quiz: QuizState): number {
  const open = Number(quiz.closeTimeMs - quiz.openTimeMs);
  return quiz.closeTimeMs === 0n || quiz.openTimeMs === 0n ? (quiz.prompt?.timeLimitMs ?? 0) : open;
}

/** Whether the question is over in which players answer, or is yet to come. */
export function isLive(stage: Stage): boolean {
  return stage === "countdown" || stage === "read" || stage === "question" || stage === "timeUp";
}
