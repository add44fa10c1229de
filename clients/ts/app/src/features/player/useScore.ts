// Points and rank as they were last told: kept over the screens that do not say them.
import type { RoomState } from "@trivium/client";

export interface Score {
  readonly points: number;
  readonly rank: number;
}

/** The newest of reveal and ranking; `undefined` before the first. */
export function useScore({ quiz, me }: RoomState): Score | undefined {
  if (quiz === undefined || me === undefined) return undefined;
  const { state, reveals } = quiz;
  const results = [...reveals.values()].flatMap(({ own }) => (own === undefined ? [] : [own]));
  const last = results.at(-1);
  const standing = state.own;
  // While a reveal is on show it is newer than the standing of the last ranking.
  if (state.reveal?.own !== undefined) return { points: state.reveal.own.total, rank: state.reveal.own.rank };
  if (standing !== undefined) return { points: standing.pointsTenths / 10, rank: standing.rank };
  return last === undefined ? undefined : { points: last.total, rank: last.rank };
}
