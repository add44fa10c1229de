// The live quiz of a room, and what a player and a host do in it.
//
// Neighbours: `room` has the rest of the room.

import { Code, ConnectError } from "@connectrpc/connect";
import { useMemo } from "react";
import { type Answer, QuizPhase, QuizService } from "../proto.js";
import type { QuizView, TriviumSession } from "../types.js";
import { useSession } from "./context.js";
import { useSharedRoom } from "./room.js";
import type { SharedRoom } from "./rooms.js";
import { useSelected } from "./select.js";

/** A quiz with its actions. Actions reject with `ConnectError`; their identity does not change from drawing to drawing. */
export interface QuizHook extends QuizActions {
  /** Absent until a quiz is loaded. */
  readonly view: QuizView | undefined;
}

/** What players and hosts do. */
export interface QuizActions {
  /** Answers the question on show. The view says `sending`, then `locked` or `refused`; a refusal also rejects. */
  submit(answer: Answer): Promise<void>;
  /** The pictures of a question are loaded, so that opening need not wait for this screen. */
  reportLoaded(questionIndex: number): Promise<void>;
  /** The options were drawn at this moment of the server's clock [now]. */
  reportDrawn(questionIndex: number, drawTimeMs?: number): Promise<void>;
  readonly host: QuizHostActions;
}

/** What hosts and co-hosts do. */
export interface QuizHostActions {
  /** Puts a quiz into the room; revision 0 is the newest. */
  load(quizId: string, revision?: number): Promise<void>;
  start(): Promise<void>;
  /** Goes on from the phase on show. Pressed twice, or by two hosts at once, it goes on once. */
  advance(): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** More time for the open question, 1,000 to 300,000 ms. */
  extend(extraMs: number): Promise<void>;
  skip(questionIndex: number): Promise<void>;
  end(): Promise<void>;
  setAutoAdvance(enabled: boolean): Promise<void>;
}

/** The quiz of a room. */
export function useQuiz(roomId: string): QuizHook {
  const actions = useQuizActions(roomId);
  const view = useSelected(useSharedRoom(roomId), (room) => room.quiz, Object.is);
  return useMemo(() => ({ ...actions, view }), [actions, view]);
}

/** Only the actions, which never change: for components that need not be drawn again with every event. */
export function useQuizActions(roomId: string): QuizActions {
  const session = useSession();
  const room = useSharedRoom(roomId);
  return useMemo(() => quizActions(session, room, roomId), [session, room, roomId]);
}

function quizActions(session: TriviumSession, room: SharedRoom, roomId: string): QuizActions {
  const quiz = session.client(QuizService);
  const drawn = new Set<number>();
  return {
    async submit(answer) {
      const questionIndex = room.get().quiz?.state.prompt?.index;
      if (questionIndex === undefined) throw new ConnectError("no question is on show", Code.FailedPrecondition);
      room.apply({ kind: "answer-sending", questionIndex, answer });
      try {
        const { responseMs, creditMs } = await quiz.submitAnswer({ roomId, questionIndex, answer });
        room.apply({ kind: "answer-locked", questionIndex, responseMs, creditMs });
      } catch (reason) {
        const error = ConnectError.from(reason);
        room.apply({ kind: "answer-refused", questionIndex, error });
        throw error;
      }
    },
    async reportLoaded(questionIndex) {
      await quiz.reportLoaded({ roomId, questionIndex });
    },
    async reportDrawn(questionIndex, drawTimeMs = session.clock.now()) {
      if (drawn.has(questionIndex) || !Number.isFinite(session.clock.errorMs)) return;
      drawn.add(questionIndex);
      await quiz.reportDrawn({
        roomId,
        questionIndex,
        drawTimeMs: BigInt(Math.round(drawTimeMs)),
        errorMs: Math.min(1000, Math.ceil(session.clock.errorMs)),
      });
    },
    host: {
      async load(quizId, revision = 0) {
        await quiz.loadQuiz({ roomId, quizId, revision });
      },
      async start() {
        await quiz.startQuiz({ roomId });
      },
      async advance() {
        await quiz.advanceQuiz({ roomId, fromPhase: room.get().quiz?.state.phase ?? QuizPhase.UNSPECIFIED });
      },
      async pause() {
        await quiz.pauseQuiz({ roomId });
      },
      async resume() {
        await quiz.resumeQuiz({ roomId });
      },
      async extend(extraMs) {
        await quiz.extendQuestion({ roomId, extraMs });
      },
      async skip(questionIndex) {
        await quiz.skipQuestion({ roomId, questionIndex });
      },
      async end() {
        await quiz.endQuiz({ roomId });
      },
      async setAutoAdvance(enabled) {
        await quiz.setAutoAdvance({ roomId, enabled });
      },
    },
  };
}
