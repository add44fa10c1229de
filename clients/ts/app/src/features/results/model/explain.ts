// Why an answer earned what it did: times, formula, and whether the page comes to the same points as the server.
//
// Neighbours: `score` has the formula, `grade` how right the answer was; ../parts/Why draws it.
import {
  type GetResultsResponse,
  type PlayerResult,
  type QuestionResults,
  type QuizSettings,
  ScoringMode,
  Verdict,
} from "@trivium/client/proto";
import { type Grade, gradeOf } from "./grade";
import { NOTHING, points, type Scoring, type Share, speed, streakBonus } from "./score";

/** k in thousandths where the quiz states none. */
const DEFAULT_PERMILLE = 500;

export interface Explanation {
  readonly scoring: Scoring;
  /** Absent without an answer, and for opinions. */
  readonly grade: Grade | undefined;
  readonly speed: Share;
  /** Points and bonus as computed here. */
  readonly points: number;
  readonly streakBonus: number;
  /** Whether verdict, points and bonus are the server's. */
  readonly agrees: boolean;
  readonly clock: ClockCheck;
}

/**
 * How the times fit: `exact` if opening + response + credit is the receipt; `grace` if the answer came after the limit and
 * counts as the whole of it; `paused` if time stood still meanwhile; `none` without an answer.
 */
export type ClockCheck = "exact" | "grace" | "paused" | "none";

/** The formula that a quiz is played with. */
export function scoringOf(settings: QuizSettings | undefined): Scoring {
  return settings?.scoring === ScoringMode.KAHOOT
    ? { kind: "kahoot" }
    : { kind: "linear", permille: settings?.speedWeightPermille ?? DEFAULT_PERMILLE };
}

/** Explains one result, computed anew from the answer. */
export function explain(
  result: PlayerResult,
  question: QuestionResults,
  settings: QuizSettings | undefined,
): Explanation {
  const scoring = scoringOf(settings);
  const grade = gradeOf(result, question);
  const { responseMs, timeLimitMs } = result;
  const earned = points(scoring, question.prompt?.points ?? 0, grade?.share ?? NOTHING, responseMs, timeLimitMs);
  const streaks = settings?.streakBonus === true && (question.prompt?.points ?? 0) > 0;
  const bonus = streaks && result.verdict === Verdict.CORRECT ? streakBonus(result.streak) : 0;
  return {
    scoring,
    grade,
    speed: timeLimitMs === 0 ? { part: 1n, whole: 1n } : speed(scoring, responseMs, timeLimitMs),
    points: earned,
    streakBonus: bonus,
    agrees: (grade?.agrees ?? true) && earned === result.points && bonus === result.streakBonus,
    clock: clockOf(result, question),
  };
}

/** How many results there are, and how many of them this page comes to as well. */
export function recheck({ questions, settings }: GetResultsResponse): { readonly all: number; readonly same: number } {
  let [all, same] = [0, 0];
  for (const question of questions) {
    for (const result of question.results) {
      all += 1;
      if (explain(result, question, settings).agrees) same += 1;
    }
  }
  return { all, same };
}

function clockOf(result: PlayerResult, question: QuestionResults): ClockCheck {
  if (result.receiveTimeMs === 0n) return "none";
  const sum = question.openTimeMs + BigInt(result.responseMs) + BigInt(result.creditMs);
  if (sum === result.receiveTimeMs) return "exact";
  return result.timeLimitMs > 0 && result.responseMs === result.timeLimitMs ? "grace" : "paused";
}
