// A sample question of each of the twelve kinds: what is shown, the solution, right and wrong answers, a distribution.
//
// Neighbours: `phases` puts them into a live quiz.

import { create } from "@bufbuild/protobuf";
import {
  type Answer,
  type AnswerForm,
  AnswerFormSchema,
  AnswerSchema,
  type Distribution,
  DistributionSchema,
  QuestionKind,
  type QuestionPrompt,
  QuestionPromptSchema,
  type Solution,
  SolutionSchema,
} from "../proto.js";

/** One question with everything that any screen shows of it. */
export interface SampleQuestion {
  readonly kind: QuestionKind;
  readonly prompt: QuestionPrompt;
  readonly form: AnswerForm;
  /** Absent for opinions. */
  readonly solution?: Solution;
  readonly distribution: Distribution;
  readonly explanation: string;
  /** A right answer; for opinions, any. */
  readonly right: Answer;
  /** A wrong answer; absent for opinions. */
  readonly wrong?: Answer;
}

interface Draft {
  readonly kind: QuestionKind;
  readonly text: string;
  readonly form?: Parameters<typeof create<typeof AnswerFormSchema>>[1];
  readonly solution?: Parameters<typeof create<typeof SolutionSchema>>[1];
  readonly distribution: Parameters<typeof create<typeof DistributionSchema>>[1];
  readonly explanation?: string;
  readonly right: Answer["value"];
  readonly wrong?: Answer["value"];
}

const OPINION = new Set([QuestionKind.POLL, QuestionKind.MULTIPLE_POLL, QuestionKind.RATING, QuestionKind.WORD_CLOUD]);

const DRAFTS: readonly Draft[] = [
  {
    kind: QuestionKind.SINGLE_CHOICE,
    text: "Which planet has the shortest day?",
    form: { options: ["Earth", "Jupiter", "Mars", "Venus"] },
    solution: { positions: [1] },
    distribution: { answered: 5, correct: 3, counts: [1, 3, 0, 1] },
    explanation: "Jupiter turns once in just under ten hours.",
    right: { case: "choice", value: 1 },
    wrong: { case: "choice", value: 3 },
  },
  {
    kind: QuestionKind.MULTIPLE_CHOICE,
    text: "Which of these are prime?",
    form: { options: ["2", "9", "11", "15"] },
    solution: { positions: [0, 2] },
    distribution: { answered: 5, correct: 2, counts: [4, 1, 4, 0] },
    explanation: "9 = 3 × 3 and 15 = 3 × 5.",
    right: { case: "choices", value: { $typeName: "trivium.v1.Positions", positions: [0, 2] } },
    wrong: { case: "choices", value: { $typeName: "trivium.v1.Positions", positions: [1] } },
  },
  {
    kind: QuestionKind.TRUE_FALSE,
    text: "A day on Venus is longer than its year.",
    solution: { truth: true },
    distribution: { answered: 5, correct: 4, counts: [1, 4] },
    explanation: "243 days to turn, 225 to go round the Sun.",
    right: { case: "truth", value: true },
    wrong: { case: "truth", value: false },
  },
  {
    kind: QuestionKind.TEXT_ENTRY,
    text: "Which metal is liquid at room temperature?",
    solution: { accepted: ["mercury", "quicksilver"] },
    distribution: {
      answered: 4,
      correct: 3,
      texts: [
        { text: "Mercury", count: 3 },
        { text: "gallium", count: 1 },
      ],
    },
    explanation: "Mercury melts at −38.8 °C.",
    right: { case: "text", value: "Mercury" },
    wrong: { case: "text", value: "gallium" },
  },
  {
    kind: QuestionKind.NUMBER_ENTRY,
    text: "How high is Mount Everest?",
    form: { unit: "m" },
    solution: { numberMin: 8849, numberMax: 8849, tolerance: 200 },
    distribution: {
      answered: 4,
      correct: 1,
      texts: [
        { text: "8849", count: 1 },
        { text: "8800", count: 2 },
        { text: "9500", count: 1 },
      ],
    },
    explanation: "Measured anew in 2020: 8,848.86 m.",
    right: { case: "number", value: 8849 },
    wrong: { case: "number", value: 9500 },
  },
  {
    kind: QuestionKind.RANGE_ENTRY,
    text: "How much of the Earth's surface is water?",
    form: { min: 0, max: 100, step: 1, unit: "%" },
    solution: { numberMin: 69, numberMax: 73 },
    distribution: {
      answered: 5,
      correct: 2,
      texts: [
        { text: "70", count: 2 },
        { text: "75", count: 2 },
        { text: "60", count: 1 },
      ],
    },
    explanation: "About 71 %.",
    right: { case: "number", value: 71 },
    wrong: { case: "number", value: 60 },
  },
  {
    kind: QuestionKind.ORDERING,
    text: "Order these by their distance from the Sun, the nearest first.",
    form: { options: ["Mars", "Mercury", "Neptune", "Jupiter"] },
    solution: { positions: [1, 0, 3, 2] },
    distribution: { answered: 5, correct: 3 },
    right: { case: "order", value: { $typeName: "trivium.v1.Positions", positions: [1, 0, 3, 2] } },
    wrong: { case: "order", value: { $typeName: "trivium.v1.Positions", positions: [0, 1, 2, 3] } },
  },
  {
    kind: QuestionKind.MATCHING,
    text: "Which capital belongs to which country?",
    form: { options: ["Norway", "Peru", "Kenya"], matches: ["Nairobi", "Oslo", "Lima"] },
    solution: { positions: [1, 2, 0] },
    distribution: { answered: 5, correct: 4 },
    right: { case: "matches", value: { $typeName: "trivium.v1.Positions", positions: [1, 2, 0] } },
    wrong: { case: "matches", value: { $typeName: "trivium.v1.Positions", positions: [0, 1, 2] } },
  },
  {
    kind: QuestionKind.POLL,
    text: "Where would you rather live?",
    form: { options: ["By the sea", "In the hills", "In a city"] },
    distribution: { answered: 5, counts: [3, 1, 1] },
    right: { case: "choice", value: 0 },
  },
  {
    kind: QuestionKind.MULTIPLE_POLL,
    text: "Which of these have you been to?",
    form: { options: ["Iceland", "Japan", "Chile", "Kenya"] },
    distribution: { answered: 4, counts: [2, 3, 0, 1] },
    right: { case: "choices", value: { $typeName: "trivium.v1.Positions", positions: [0, 1] } },
  },
  {
    kind: QuestionKind.RATING,
    text: "How was this round?",
    form: { limit: 5, lowLabel: "Too easy", highLabel: "Too hard" },
    distribution: { answered: 5, counts: [0, 1, 2, 2, 0] },
    right: { case: "rating", value: 4 },
  },
  {
    kind: QuestionKind.WORD_CLOUD,
    text: "What did you learn today?",
    form: { limit: 3 },
    distribution: {
      answered: 5,
      texts: [
        { text: "planets", count: 4 },
        { text: "primes", count: 2 },
        { text: "patience", count: 1 },
      ],
    },
    right: { case: "words", value: { $typeName: "trivium.v1.Words", words: ["planets", "primes"] } },
  },
];

/** The samples in the order of the kinds, one after another in a quiz of twelve questions. */
export const SAMPLE_QUESTIONS: readonly SampleQuestion[] = DRAFTS.map((draft, index) => ({
  kind: draft.kind,
  prompt: create(QuestionPromptSchema, {
    index,
    count: DRAFTS.length,
    text: draft.text,
    points: OPINION.has(draft.kind) ? 0 : 1000,
    timeLimitMs: 20_000,
    kind: draft.kind,
  }),
  form: create(AnswerFormSchema, draft.form),
  ...(draft.solution === undefined ? {} : { solution: create(SolutionSchema, draft.solution) }),
  distribution: create(DistributionSchema, draft.distribution),
  explanation: draft.explanation ?? "",
  right: create(AnswerSchema, { value: draft.right }),
  ...(draft.wrong === undefined ? {} : { wrong: create(AnswerSchema, { value: draft.wrong }) }),
}));

/** The sample of a kind. */
export function sampleQuestion(kind: QuestionKind): SampleQuestion {
  const found = SAMPLE_QUESTIONS.find((each) => each.kind === kind);
  if (found === undefined) throw new Error(`no sample of kind ${kind}`);
  return found;
}
