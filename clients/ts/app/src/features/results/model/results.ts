// What `GetResults` says, arranged for the page: people by user id, answers by player, how hard each question was.
import {
  type GetResultsResponse,
  type PlayerResult,
  type QuestionResults,
  type Standing,
  Verdict,
} from "@trivium/client/proto";
import { isOpinion } from "../../../lib/kinds";

/** Results, and look-ups into them. */
export interface Game {
  readonly data: GetResultsResponse;
  /** In the order of the ranking; those who gave answers but stand in no ranking come last, with rank 0. */
  readonly players: readonly Player[];
  readonly playerById: ReadonlyMap<string, Player>;
  /** The caller, where only the own answers are here; absent where everybody's are. */
  readonly own: Player | undefined;
}

/** One player of the game. */
export interface Player {
  readonly userId: string;
  readonly name: string;
  readonly avatar: string;
  readonly standing: Standing | undefined;
  /** By question number, from 0. */
  readonly results: ReadonlyMap<number, PlayerResult>;
}

/** Arranges the results as `userId` got them. `unnamed` stands for players without a row in the ranking. */
export function arrange(data: GetResultsResponse, unnamed: string, userId: string): Game {
  const results = new Map<string, Map<number, PlayerResult>>();
  for (const question of data.questions) {
    for (const result of question.results) {
      const own = results.get(result.userId) ?? new Map<number, PlayerResult>();
      results.set(result.userId, own.set(question.prompt?.index ?? 0, result));
    }
  }
  const ranked = new Set(data.standings.map((row) => row.userId));
  const players: Player[] = [
    ...data.standings.map((standing) => ({
      userId: standing.userId,
      name: standing.name,
      avatar: standing.avatar || standing.userId,
      standing,
      results: results.get(standing.userId) ?? new Map(),
    })),
    ...[...results]
      .filter(([userId]) => !ranked.has(userId))
      .map(([userId, own]) => ({ userId, name: unnamed, avatar: userId, standing: undefined, results: own })),
  ];
  const playerById = new Map(players.map((player) => [player.userId, player]));
  // Who plays hears of nobody else's answers; who has missed the whole game, of none.
  const alone = [...results.keys()].every((each) => each === userId);
  return {
    data,
    players,
    playerById,
    own: alone ? playerById.get(userId) : undefined,
  };
}

/** Share of the answers that were wholly right; absent for opinions and where nobody answered. */
export function ease({ prompt, distribution }: QuestionResults): number | undefined {
  if (isOpinion(prompt?.kind) || distribution === undefined || distribution.answered === 0) return undefined;
  return distribution.correct / distribution.answered;
}

/** Questions with the hardest first; those without right and wrong keep their order at the end. */
export function hardestFirst(questions: readonly QuestionResults[]): QuestionResults[] {
  return [...questions].sort((a, b) => (ease(a) ?? 2) - (ease(b) ?? 2));
}

/** Mean time of all answers that were given to a question, in milliseconds. */
export function meanResponse(results: readonly PlayerResult[]): number | undefined {
  const given = results.filter((result) => result.answer !== undefined);
  return given.length === 0 ? undefined : given.reduce((sum, { responseMs }) => sum + responseMs, 0) / given.length;
}

/** Mean time over right answers, which is what breaks ties. */
export function meanCorrect(standing: Standing): number | undefined {
  return standing.correct === 0 ? undefined : standing.correctMs / standing.correct;
}

/** Whether a result has something to explain. */
export function isAnswered({ verdict }: PlayerResult): boolean {
  return (
    verdict === Verdict.CORRECT ||
    verdict === Verdict.PARTIAL ||
    verdict === Verdict.INCORRECT ||
    verdict === Verdict.UNSCORED
  );
}
