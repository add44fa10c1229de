// A live quiz in every phase, as a host, a player or somebody who looks on sees it.
//
// Neighbours: `questions` has what is asked; `builders` the people.

import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  AnswerProgressSchema,
  type PlayerResult,
  PlayerResultSchema,
  QuestionKind,
  type QuestionRevealed,
  QuestionRevealedSchema,
  QuizPhase,
  QuizSettingsSchema,
  type QuizState,
  QuizStateSchema,
  Verdict,
} from "../proto.js";
import type { QuizView } from "../types.js";
import { SAMPLE_PLAYERS, SAMPLE_TIME_MS, standing } from "./builders.js";
import { SAMPLE_QUESTIONS, sampleQuestion } from "./questions.js";

/** Every phase in the order of a game. */
export const QUIZ_PHASES: readonly QuizPhase[] = [
  QuizPhase.LOBBY,
  QuizPhase.STARTING,
  QuizPhase.READING,
  QuizPhase.OPEN,
  QuizPhase.CLOSED,
  QuizPhase.REVEALED,
  QuizPhase.LEADERBOARD,
  QuizPhase.ENDED,
];

/** Every kind of question. */
export const QUESTION_KINDS: readonly QuestionKind[] = SAMPLE_QUESTIONS.map((each) => each.kind);

/** What to build: the phase (lobby), the kind (single choice), the eyes (a host), whether `as` has answered rightly. */
export interface QuizOptions {
  readonly phase?: QuizPhase;
  readonly kind?: QuestionKind;
  /** A user id of `SAMPLE_PLAYERS` or `host`. */
  readonly as?: string;
  /** How the player's own answer is: none, right or wrong [right once the question has closed]. */
  readonly answered?: "none" | "right" | "wrong";
  /** The server's clock: deadlines are set around it [`SAMPLE_TIME_MS`]. */
  readonly nowMs?: number;
}

/** The state of the sample quiz, with `change` on top. */
export function quizState(options: QuizOptions = {}, change: MessageInitShape<typeof QuizStateSchema> = {}): QuizState {
  const { phase = QuizPhase.LOBBY, kind = QuestionKind.SINGLE_CHOICE, as = "host", nowMs = SAMPLE_TIME_MS } = options;
  const question = sampleQuestion(kind);
  const shown = phase >= QuizPhase.READING && phase <= QuizPhase.LEADERBOARD;
  const out = shown && phase >= QuizPhase.OPEN;
  const closed = phase >= QuizPhase.CLOSED;
  const plays = as !== "host";
  const answered = plays && out && (options.answered ?? (closed ? "right" : "none")) !== "none";
  const ranked = phase >= QuizPhase.LEADERBOARD;
  const standings = SAMPLE_PLAYERS.map((id, at) =>
    standing(at + 1, id, 2600 - at * 450, {
      previousRank: at === 0 ? 2 : at === 1 ? 1 : at + 1,
      streak: at === 0 ? 3 : 0,
    }),
  );
  const own = plays ? standings.find((each) => each.userId === as) : undefined;
  return create(QuizStateSchema, {
    quizId: "quiz-1",
    revision: 1,
    title: "Twelve kinds of questions",
    description: "One of each.",
    settings: create(QuizSettingsSchema, {
      timeLimitMs: 20_000,
      readMs: 3000,
      speedWeightPermille: 500,
      leaderboardSize: 5,
      revealMs: 8000,
      leaderboardMs: 5000,
      startCountdownMs: 3000,
    }),
    questionCount: SAMPLE_QUESTIONS.length,
    phase,
    ...(shown ? { prompt: question.prompt } : {}),
    ...(out ? { form: question.form } : {}),
    phaseEndTimeMs: phase === QuizPhase.STARTING || phase === QuizPhase.READING ? BigInt(nowMs + 2500) : 0n,
    openTimeMs: out ? BigInt(nowMs - (closed ? 21_000 : 4000)) : 0n,
    closeTimeMs: out ? BigInt(nowMs + (closed ? -1000 : 16_000)) : 0n,
    answered,
    answeredCount: closed ? (out ? 5 : 0) : out ? (answered ? 3 : 2) : 0,
    expectedCount: SAMPLE_PLAYERS.length,
    ...(phase === QuizPhase.REVEALED ? { reveal: questionRevealed(options) } : {}),
    standings: ranked ? standings : [],
    ...(own !== undefined && ranked ? { own } : {}),
    ...change,
  });
}

/** The reveal of the sample question. */
export function questionRevealed(
  options: QuizOptions = {},
  change: MessageInitShape<typeof QuestionRevealedSchema> = {},
): QuestionRevealed {
  const { kind = QuestionKind.SINGLE_CHOICE, as = "host", answered = "right" } = options;
  const question = sampleQuestion(kind);
  return create(QuestionRevealedSchema, {
    index: question.prompt.index,
    ...(question.solution === undefined ? {} : { solution: question.solution }),
    distribution: question.distribution,
    explanation: question.explanation,
    fastestUserId: question.solution === undefined ? "" : "ada",
    ...(as === "host" ? {} : { own: playerResult(as, { ...options, answered }) }),
    results:
      as === "host"
        ? SAMPLE_PLAYERS.map((id, at) =>
            playerResult(id, { ...options, answered: at < 3 ? "right" : at < 4 ? "wrong" : "none" }),
          )
        : [],
    ...change,
  });
}

/** One player's result for the sample question. */
export function playerResult(userId: string, options: QuizOptions = {}): PlayerResult {
  const { kind = QuestionKind.SINGLE_CHOICE, answered = "right" } = options;
  const question = sampleQuestion(kind);
  const at = Math.max(0, (SAMPLE_PLAYERS as readonly string[]).indexOf(userId));
  const opinion = question.solution === undefined;
  const right = answered === "right" && !opinion;
  const answer =
    answered === "none" ? undefined : answered === "right" ? question.right : (question.wrong ?? question.right);
  return create(PlayerResultSchema, {
    userId,
    verdict:
      answer === undefined ? Verdict.MISSED : opinion ? Verdict.UNSCORED : right ? Verdict.CORRECT : Verdict.INCORRECT,
    points: right ? 950 - at * 50 : 0,
    streak: right ? 3 - Math.min(at, 2) : 0,
    total: 2600 - at * 450,
    rank: at + 1,
    responseMs: answer === undefined ? 0 : 1500 + at * 1200,
    creditMs: answer === undefined ? 0 : 40,
    timeLimitMs: 20_000,
    ...(answer === undefined ? {} : { answer }),
  });
}

/** The same as a view, with the own answer, the progress of an open question and the reveals so far. */
export function quizView(options: QuizOptions = {}, change: Partial<QuizView> = {}): QuizView {
  const { phase = QuizPhase.LOBBY, kind = QuestionKind.SINGLE_CHOICE } = options;
  const state = quizState(options);
  const question = sampleQuestion(kind);
  const answer = options.answered === "wrong" ? (question.wrong ?? question.right) : question.right;
  const index = question.prompt.index;
  return {
    state,
    ...(phase === QuizPhase.OPEN
      ? {
          progress: create(AnswerProgressSchema, {
            index,
            answered: state.answeredCount,
            expected: SAMPLE_PLAYERS.length,
            waitingUserIds: SAMPLE_PLAYERS.slice(state.answeredCount),
          }),
        }
      : {}),
    ...(state.answered
      ? { own: { questionIndex: index, answer, status: "locked", responseMs: 2700, creditMs: 40 } as const }
      : {}),
    answers: new Map(),
    reveals:
      phase >= QuizPhase.REVEALED && phase <= QuizPhase.LEADERBOARD
        ? new Map([[index, questionRevealed(options)]])
        : new Map(),
    ...change,
  };
}
