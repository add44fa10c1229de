// Whether somebody came in too late to answer the question on show, by the server's own rule.
import type { Member, QuizState } from "@trivium/client/proto";

/** So much must be left for one who comes in while a question is open. */
const LATE_JOIN_MS = 5000;

/** True for a member who cannot answer the open question. */
export function cameTooLate(me: Member | undefined, state: QuizState): boolean {
  if (me === undefined || state.openTimeMs === 0n || me.joinTimeMs <= state.openTimeMs) return false;
  return state.closeTimeMs !== 0n && Number(state.closeTimeMs - me.joinTimeMs) < LATE_JOIN_MS;
}
