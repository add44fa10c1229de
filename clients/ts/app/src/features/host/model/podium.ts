// The steps of the podium, and the two prizes that nobody has to win the game for.
//
// Neighbours: `../stages/Podium` draws them.

import {
  type PlayerResult,
  type QuestionResults,
  type QuizSettings,
  RankBy,
  type Standing,
  Verdict,
} from "@trivium/client/proto";

/** A step of the podium; equal ranks share one. */
export interface Step {
  readonly rank: number;
  readonly standings: readonly Standing[];
}

/** Most who are named on one step; the rest is counted. */
export const MAX_ON_STEP = 4;

/** The steps of the ranks 1 to 3, best first. With shared ranks there are fewer: 1, 1, 3. */
export function steps(standings: readonly Standing[]): Step[] {
  const byRank = new Map<number, Standing[]>();
  for (const standing of standings) {
    if (standing.rank < 1 || standing.rank > 3) continue;
    byRank.set(standing.rank, [...(byRank.get(standing.rank) ?? []), standing]);
  }
  return [...byRank].sort(([a], [b]) => a - b).map(([rank, on]) => ({ rank, standings: on }));
}

/** Who climbed furthest. */
export interface Climber {
  readonly userId: string;
  /** How many ranks up. */
  readonly ranks: number;
}

/**
 * Who climbed furthest between the own first question and the end; the better final rank wins a tie. Absent where nobody
 * climbed. Who came late begins with the first question that was answered.
 */
export function mostImproved(
  questions: readonly QuestionResults[],
  standings: readonly Standing[],
): Climber | undefined {
  const first = new Map<string, number>();
  for (const question of questions) {
    for (const result of question.results) {
      if (!first.has(result.userId) && wasThere(result)) first.set(result.userId, result.rank);
    }
  }
  let best: (Climber & { readonly rank: number }) | undefined;
  for (const { userId, rank } of standings) {
    const ranks = (first.get(userId) ?? rank) - rank;
    if (ranks > 0 && (!best || ranks > best.ranks || (ranks === best.ranks && rank < best.rank))) {
      best = { userId, ranks, rank };
    }
  }
  return best && { userId: best.userId, ranks: best.ranks };
}

function wasThere(result: PlayerResult): boolean {
  return result.verdict !== Verdict.ABSENT && result.rank > 0;
}

/** Who has the longest run of right answers, if it is at least two; everybody who shares it. */
export function longestStreak(standings: readonly Standing[]): { names: string[]; streak: number } | undefined {
  const streak = Math.max(0, ...standings.map((standing) => standing.bestStreak));
  if (streak < 2) return undefined;
  return { streak, names: standings.filter((standing) => standing.bestStreak === streak).map(({ name }) => name) };
}

/** Whether right answers come before points, so that points alone do not explain the order. */
export function ranksByCorrect(settings: QuizSettings | undefined): boolean {
  return settings?.rankBy === RankBy.CORRECT_THEN_POINTS || settings?.rankBy === RankBy.CORRECT_THEN_TIME;
}

/** Points as people read them: whole, or with the tenth that a team's mean may have. */
export function pointsOf(standing: Standing, language: string): string {
  const tenths = standing.pointsTenths;
  const digits = tenths % 10 === 0 ? 0 : 1;
  return (tenths / 10).toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
