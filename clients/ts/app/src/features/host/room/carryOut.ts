// Carries out what a host wants, as commands that say which phase the host saw.
//
// Neighbours: `../model/actions` says what is possible; `useGame` runs one at a time and shows failures.

import type { RoomState, TriviumSession } from "@trivium/client";
import { QuizPhase, QuizService, RoomService } from "@trivium/client/proto";
import { type Action, EXTRA_MS } from "../model/actions";
import { hasMovedOn } from "./failure";

/** Carries an action out on the state that the host saw; keeps its promise when the server has done it. */
export async function carryOut(
  session: TriviumSession,
  room: RoomState,
  action: Action,
  hideLeaderboard: boolean,
): Promise<void> {
  const { roomId } = room;
  const quiz = session.client(QuizService);
  const state = room.quiz?.state;
  const advance = (fromPhase: QuizPhase) => quiz.advanceQuiz({ roomId, fromPhase });
  if (action === "lock") {
    await session.client(RoomService).updateRoom({ roomId, locked: !room.room?.locked });
    return;
  }
  if (!state) return;
  switch (action) {
    case "next":
      if (state.paused) {
        await quiz.resumeQuiz({ roomId });
        return;
      }
      await advance(state.phase);
      if (hideLeaderboard && state.phase === QuizPhase.REVEALED) await advance(QuizPhase.LEADERBOARD);
      return;
    case "reveal":
      if (state.phase === QuizPhase.OPEN) {
        // Time may close the question just before the host does; the reveal is wanted all the same.
        await advance(QuizPhase.OPEN).catch((error: unknown) => {
          if (!hasMovedOn(error)) throw error;
        });
      }
      await advance(QuizPhase.CLOSED);
      return;
    case "pause":
      await (state.paused ? quiz.resumeQuiz({ roomId }) : quiz.pauseQuiz({ roomId }));
      return;
    case "extend":
      await quiz.extendQuestion({ roomId, extraMs: EXTRA_MS });
      return;
    case "skip":
      if (state.prompt) await quiz.skipQuestion({ roomId, questionIndex: state.prompt.index });
      return;
    case "autoAdvance":
      await quiz.setAutoAdvance({ roomId, enabled: !state.autoAdvance });
      return;
    case "end":
      await quiz.endQuiz({ roomId });
      return;
  }
}
