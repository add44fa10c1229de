// How right an answer is, found anew from the solution that the results hold.
//
// The rule is the server's own (crates/engine, quiz/grade.rs). Two things are not in the results: how strictly texts are
// compared, and whether a question counts all or nothing; there the verdict decides, and `Grade.agrees` says whether it fits.
import { type Answer, type PlayerResult, QuestionKind, type QuestionResults, Verdict } from "@trivium/client/proto";
import { ALL, isAll, isNothing, NOTHING, type Share, share } from "./score";

/** What the share was counted from. */
export type Evidence =
  | { readonly kind: "verdict" }
  /** Several options: right ones picked, wrong ones picked, right ones there are. */
  | { readonly kind: "choices"; readonly hits: number; readonly misses: number; readonly correct: number }
  /** An order: neighbours that stand right, of so many. */
  | { readonly kind: "neighbours"; readonly right: number; readonly of: number }
  /** Pairs found, of so many. */
  | { readonly kind: "pairs"; readonly right: number; readonly of: number }
  /** A number: its distance from the target, and half the width of the band. */
  | { readonly kind: "band"; readonly distance: number; readonly tolerance: number };

export interface Grade {
  /** What earns points. */
  readonly share: Share;
  /** The share as counted, before "all or nothing" took it. */
  readonly counted: Share;
  readonly evidence: Evidence;
  /** Whether the server's verdict is what was counted. */
  readonly agrees: boolean;
}

/** Grades an answer. Without one, or for an opinion, there is nothing to grade. */
export function gradeOf(result: PlayerResult, question: QuestionResults): Grade | undefined {
  if (result.answer === undefined || question.solution === undefined) return undefined;
  const { verdict } = result;
  const byVerdict = verdict === Verdict.CORRECT ? ALL : NOTHING;
  const found = countedOf(result.answer, question);
  if (found === undefined) {
    const known = verdict === Verdict.CORRECT || verdict === Verdict.INCORRECT;
    return { share: byVerdict, counted: byVerdict, evidence: { kind: "verdict" }, agrees: known };
  }
  const [counted, evidence] = found;
  const partial = verdict === Verdict.PARTIAL;
  const strict = verdict === Verdict.INCORRECT && evidence.kind !== "band" && evidence.kind !== "verdict";
  const agrees = isAll(counted)
    ? verdict === Verdict.CORRECT
    : isNothing(counted)
      ? verdict === Verdict.INCORRECT
      : partial || strict;
  return { share: partial ? counted : byVerdict, counted, evidence, agrees };
}

function countedOf(answer: Answer, question: QuestionResults): [Share, Evidence] | undefined {
  const { solution, form } = question;
  const given = answer.value;
  const positions = solution?.positions ?? [];
  const whole = (right: boolean): [Share, Evidence] => [right ? ALL : NOTHING, { kind: "verdict" }];
  switch (given.case) {
    case "choice":
      return whole(positions.includes(given.value));
    case "choices": {
      const hits = given.value.positions.filter((each) => positions.includes(each)).length;
      const misses = given.value.positions.length - hits;
      const correct = positions.length;
      return [count(Math.max(0, hits - misses), correct), { kind: "choices", hits, misses, correct }];
    }
    case "truth":
      return whole(solution?.truth === given.value);
    case "number":
      return numberOf(given.value, question);
    case "order": {
      const places = given.value.positions.map((each) => positions.indexOf(each)).filter((place) => place >= 0);
      const right = places.filter((place, n) => n > 0 && places[n - 1] === place - 1).length;
      const of = Math.max(0, positions.length - 1);
      return [count(right, of), { kind: "neighbours", right, of }];
    }
    case "matches": {
      // Sides that read the same are as good as each other.
      const side = (at: number | undefined) => (at === undefined ? undefined : form?.matches[at]?.trim());
      const right = positions.filter((each, left) => {
        const said = side(given.value.positions[left]);
        return said !== undefined && said === side(each);
      }).length;
      return [count(right, positions.length), { kind: "pairs", right, of: positions.length }];
    }
    case "text":
    case "rating":
    case "words":
    case undefined:
      return undefined;
  }
}

function numberOf(value: number, { prompt, solution }: QuestionResults): [Share, Evidence] {
  const { numberMin = 0, numberMax = 0, tolerance = 0 } = solution ?? {};
  const given = micro(value);
  if (prompt?.kind === QuestionKind.RANGE_ENTRY) {
    const inside = micro(numberMin) <= given && given <= micro(numberMax);
    return [inside ? ALL : NOTHING, { kind: "verdict" }];
  }
  const distance = abs(given - micro(numberMin));
  const width = abs(micro(tolerance));
  return [band(distance, width), { kind: "band", distance: Number(distance) / 1e6, tolerance }];
}

/** `1 - d²` with `d` the distance in widths of the band, at least a tenth inside it, nothing outside. */
function band(distance: bigint, width: bigint): Share {
  if (distance === 0n) return ALL;
  if (distance > width) return NOTHING;
  const [part, whole] = [width * width - distance * distance, width * width];
  return part < (whole + 9n) / 10n ? share(1n, 10n) : share(part, whole);
}

/** A number in millionths, as the server keeps it. */
function micro(value: number): bigint {
  return BigInt(Math.sign(value) * Math.round(Math.abs(value) * 1e6));
}

const abs = (value: bigint): bigint => (value < 0n ? -value : value);
const count = (part: number, whole: number): Share => share(BigInt(part), BigInt(whole));
