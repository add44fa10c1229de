// Of two positions or times the later one: `Math.max` takes no `bigint`.

/** The larger of the two. */
export function larger(a: bigint, b: bigint): bigint {
  if (a > b) return a;
  return b;
}
