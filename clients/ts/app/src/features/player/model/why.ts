// Why an answer earned what it did: the formula with this player's numbers, as the server computed it in whole milliseconds.
import { type PlayerResult, type QuestionPrompt, type QuizSettings, ScoringMode, Verdict } from "@trivium/client/proto";

/** So long at the beginning costs nothing. */
const SHIFT_MS = 500;
const DEFAULT_WEIGHT = 500;

/** Which sentence explains the points, with its numbers. */
export type Formula =
  | { readonly kind: "nothing" | "opinion" }
  | { readonly kind: "noSpeed"; readonly points: number; readonly part: number; readonly result: number }
  | {
      readonly kind: "linear";
      readonly points: number;
      /** Share of the question that was right, 0 to 1. */
      readonly part: number;
      /** k, 0 to 1. */
      readonly weight: number;
      /** Milliseconds that cost. */
      readonly lateMs: number;
      /** Milliseconds that they are measured against. */
      readonly spanMs: number;
      readonly result: number;
    }
  | {
      readonly kind: "kahoot";
      readonly points: number;
      readonly lateMs: number;
      readonly limitMs: number;
      readonly result: number;
    };

/** The formula for a result. */
export function formulaOf(result: PlayerResult, prompt: QuestionPrompt, settings: QuizSettings | undefined): Formula {
  if (result.verdict === Verdict.UNSCORED) return { kind: "opinion" };
  if (result.verdict !== Verdict.CORRECT && result.verdict !== Verdict.PARTIAL) return { kind: "nothing" };
  const points = prompt.points;
  const weight = (settings?.speedWeightPermille ?? DEFAULT_WEIGHT) / 1000;
  const limitMs = result.timeLimitMs;
  const common = { points, result: result.points };
  if (settings?.scoring === ScoringMode.KAHOOT && limitMs > 0) {
    return { kind: "kahoot", ...common, lateMs: result.responseMs, limitMs };
  }
  const untimed = limitMs <= SHIFT_MS;
  const lateMs = Math.min(Math.max(0, result.responseMs - SHIFT_MS), limitMs);
  const spanMs = limitMs - SHIFT_MS;
  const speed = untimed || weight === 0 ? 1 : 1 - (weight * lateMs) / spanMs;
  const full = points * speed;
  const part =
    result.verdict === Verdict.CORRECT && Math.abs(full - result.points) <= 1 ? 1 : share(result.points, full);
  if (untimed || weight === 0) return { kind: "noSpeed", ...common, part };
  return { kind: "linear", ...common, part, weight, lateMs, spanMs };
}

/** The share that was right, to two decimals: what the points are of what they could have been. */
function share(points: number, full: number): number {
  return full === 0 ? 0 : Math.round((points / full) * 100) / 100;
}
