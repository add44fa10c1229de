// Points for an answer, computed anew in the page: whole numbers only, so that the result is the server's to the last point.
//
// The rule is the server's own (crates/engine, quiz/score.rs); score.test.ts holds both to the same vectors. `grade` says how
// right an answer is.

/** Answers faster than this earn full points. */
export const REFLEX_MS = 500;
/** Most points of a question. */
const MAX_POINTS = 2000;
const STREAK_STEP = 100;
const STREAK_CAP = 500;
const MAX_U64 = 2n ** 64n - 1n;

/** A fraction from 0 to 1: how right, or how fast. */
export interface Share {
  readonly part: bigint;
  readonly whole: bigint;
}

/** How points fall with time: k in thousandths, or Kahoot's formula. */
export type Scoring = { readonly kind: "linear"; readonly permille: number } | { readonly kind: "kahoot" };

export const NOTHING: Share = { part: 0n, whole: 1n };
export const ALL: Share = { part: 1n, whole: 1n };

/** `part` of `whole` in lowest terms; all of it if there is more part than whole, or no whole. */
export function share(part: bigint, whole: bigint): Share {
  const common = gcd(part, whole) || 1n;
  let [p, w] = [part / common, whole / common];
  // As the server does with fractions that do not fit 64 bits.
  while (w > MAX_U64) [p, w] = [p >> 1n, w >> 1n];
  return w === 0n || p >= w ? ALL : { part: p, whole: w };
}

export const isAll = ({ part, whole }: Share): boolean => part === whole;
export const isNothing = ({ part }: Share): boolean => part === 0n;

/** Points for an answer after `t` ms of `limit` ms (0 for none), rounded half up, once. */
export function points(scoring: Scoring, possible: number, right: Share, t: number, limit: number): number {
  const fast = limit === 0 ? ALL : speed(scoring, t, limit);
  const part = BigInt(Math.min(possible, MAX_POINTS)) * right.part * fast.part;
  const whole = right.whole * fast.whole;
  return Number((2n * part + whole) / (2n * whole));
}

/** What is left of the points after `t` ms of `limit` ms. */
export function speed(scoring: Scoring, t: number, limit: number): Share {
  if (t < REFLEX_MS || limit <= REFLEX_MS) return ALL;
  const [late, whole] = [BigInt(Math.min(t, limit)), BigInt(limit)];
  if (scoring.kind === "kahoot") return { part: 2n * whole - late, whole: 2n * whole };
  const span = whole - BigInt(REFLEX_MS);
  const lost = BigInt(Math.min(scoring.permille, 1000)) * (late - BigInt(REFLEX_MS));
  return { part: 1000n * span - lost, whole: 1000n * span };
}

/** What a streak of this length adds: nothing for the first right answer. */
export function streakBonus(streak: number): number {
  return Math.min(Math.max(0, streak - 1) * STREAK_STEP, STREAK_CAP);
}

function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? a : gcd(b, a % b);
}
