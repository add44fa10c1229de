// A finished game for tests: every kind of question, points computed by hand or by the rule, and ever so many players.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  AnswerSchema,
  type GetResultsResponse,
  GetResultsResponseSchema,
  type PlayerResult,
  PlayerResultSchema,
  type QuestionKind,
  QuestionResultsSchema,
  QuizPhase,
  QuizSettingsSchema,
  type Solution,
  SolutionSchema,
  Verdict,
} from "@trivium/client/proto";
import { SAMPLE_PLAYERS, SAMPLE_QUESTIONS, SAMPLE_TIME_MS, sampleQuestion, standing } from "@trivium/client/testing";

export const OPEN_MS = BigInt(SAMPLE_TIME_MS);

/** A right answer in 5,250 ms of 10,000: 750 of 1,000 points. */
export function result(userId: string, change: MessageInitShape<typeof PlayerResultSchema> = {}): PlayerResult {
  return create(PlayerResultSchema, {
    userId,
    verdict: Verdict.CORRECT,
    points: 750,
    streak: 1,
    total: 750,
    rank: 1,
    responseMs: 5250,
    creditMs: 40,
    timeLimitMs: 10_000,
    receiveTimeMs: OPEN_MS + 5290n,
    ...change,
  });
}

/** Results of the sample question of a kind. */
export function question(kind: QuestionKind, results: PlayerResult[], solution?: Partial<Solution>) {
  const sample = sampleQuestion(kind);
  return create(QuestionResultsSchema, {
    prompt: sample.prompt,
    form: sample.form,
    ...(sample.solution === undefined ? {} : { solution: create(SolutionSchema, { ...sample.solution, ...solution }) }),
    distribution: sample.distribution,
    explanation: sample.explanation,
    openTimeMs: OPEN_MS,
    closeTimeMs: OPEN_MS + 10_000n,
    fastestUserId: "ada",
    screens: { index: sample.prompt.index, screens: 28, spreadMs: 41, errorMs: 12 },
    results,
  });
}

/** A game of all kinds that `players` answered, the first of them rightly, all others wrongly or with an opinion. */
export function game(players: readonly string[] = SAMPLE_PLAYERS): GetResultsResponse {
  return create(GetResultsResponseSchema, {
    standings: players.map((id, at) => standing(at + 1, id, at === 0 ? 6000 : 0, { correct: at === 0 ? 8 : 0 })),
    questions: SAMPLE_QUESTIONS.map(({ kind, right, wrong, solution }) =>
      question(
        kind,
        players.map((id, at) => {
          if (solution === undefined) return result(id, { verdict: Verdict.UNSCORED, points: 0, answer: right });
          if (at === 0) return result(id, { answer: right });
          return result(id, { verdict: Verdict.INCORRECT, points: 0, streak: 0, answer: create(AnswerSchema, wrong) });
        }),
      ),
    ),
    quizId: "quiz-1",
    revision: 1,
    title: "Twelve kinds of questions",
    questionCount: SAMPLE_QUESTIONS.length,
    settings: create(QuizSettingsSchema, { speedWeightPermille: 500 }),
    phase: QuizPhase.ENDED,
  });
}
