// The live quiz of a room, and what a player and a host do in it.
//
// Neighbours: `room` has the rest of the room.

import { Code, ConnectError } from "@connectrpc/connect";
import { useMemo } from "react";
import { type Answer, QuizPhase, QuizService } from "../proto.js";
import { reason } from "../session/errors.js";
import type { QuizView, TriviumSession } from "../types.js";
import { useSession } from "./context.js";
import { useSharedRoom } from "./room.js";
import type { SharedRoom } from "./rooms.js";
import { useSelected } from "./select.js";

/** A clock that may be further off than this has nothing to report about drawing, in milliseconds. */
const WORST_ERROR_MS = 1000;

/** A quiz with its actions. Actions reject with `ConnectError`; their identity does not change from drawing to drawing. */
export interface QuizHook extends QuizActions {
  /** Absent until a quiz is loaded. */
  readonly view: QuizView | undefined;
}

/** What players and hosts do. */
export interface QuizActions {
  /**
   * Answers the question on show. The view says `sending`, then `locked` or `refused`; a refusal also rejects. While an answer
   * is on its way or locked, another one is not sent.
   */
  submit(answer: Answer): Promise<void>;
  /** The pictures of a question are loaded, so that opening need not wait for this screen. A report that fails is lost. */
  reportLoaded(questionIndex: number): Promise<void>;
  /** The options were drawn at this moment of the server's clock [now]. The first report counts; one that fails is lost. */
  reportDrawn(questionIndex: number, drawTimeMs?: number): Promise<void>;
  readonly host: QuizHostActions;
}

/** What hosts and co-hosts do. */
export interface QuizHostActions {
  /** Puts a quiz into the room; revision 0 is the newest. */
  load(quizId: string, revision?: number): Promise<void>;
  start(): Promise<void>;
  /** Goes on from the phase on show. Pressed twice, or by two hosts at once, it goes on once, and rejects for neither. */
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
  const drawn = new Set<string>();
  const sending = new Map<number, Promise<void>>();
  const submit = async (questionIndex: number, answer: Answer) => {
    room.apply({ kind: "answer-sending", questionIndex, answer });
    try {
      const { responseMs, creditMs } = await quiz.submitAnswer({ roomId, questionIndex, answer });
      room.apply({ kind: "answer-locked", questionIndex, responseMs, creditMs });
    } catch (thrown) {
      const error = ConnectError.from(thrown);
      room.apply({ kind: "answer-refused", questionIndex, error });
      throw error;
    } finally {
      sending.delete(questionIndex);
    }
  };
  return {
    async submit(answer) {
      const view = room.get().quiz;
      const questionIndex = view?.state.prompt?.index;
      if (questionIndex === undefined) throw new ConnectError("no question is on show", Code.FailedPrecondition);
      // Pressed twice, or given before a reload and still on its way: the first one counts.
      const underWay = sending.get(questionIndex);
      if (underWay !== undefined) return underWay;
      if (view?.own?.questionIndex === questionIndex && view.own.status !== "refused") return;
      const given = submit(questionIndex, answer);
      sending.set(questionIndex, given);
      await given;
    },
    async reportLoaded(questionIndex) {
      await quiz.reportLoaded({ roomId, questionIndex }).catch(() => {});
    },
    async reportDrawn(questionIndex, drawTimeMs = session.clock.now()) {
      const { errorMs } = session.clock;
      const key = `${questionIndex} ${room.get().quiz?.state.openTimeMs}`;
      if (drawn.has(key) || errorMs > WORST_ERROR_MS) return;
      drawn.add(key);
      const report = { roomId, questionIndex, drawTimeMs: BigInt(Math.round(drawTimeMs)), errorMs: Math.ceil(errorMs) };
      await quiz.reportDrawn(report).catch(() => {});
    },
    host: {
      async load(quizId, revision = 0) {
        await quiz.loadQuiz({ roomId, quizId, revision });
      },
      async start() {
        await quiz.startQuiz({ roomId });
      },
      async advance() {
        const fromPhase = room.get().quiz?.state.phase ?? QuizPhase.UNSPECIFIED;
        try {
          await quiz.advanceQuiz({ roomId, fromPhase });
        } catch (error) {
          if (reason(error) !== "PHASE_CHANGED") throw error;
        }
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
