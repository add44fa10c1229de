// When answering closes for one member, and who is asked at all.
//
// Neighbours: `quiz` keeps the state by these rules, which are those of the server.

import type { Member, QuizState } from "../proto.js";
import { plays } from "./roles.js";

/** Somebody who came in during a question may answer it if so much time was left, in milliseconds. */
const LATE_JOIN_MS = 5000n;

/** The closing for a member, from the one for those without accommodations; 0 if untimed. */
export function ownClose(openMs: bigint, commonCloseMs: bigint, limitMs: number, member: Member | undefined): bigint {
  const limit = ownLimit(limitMs, member);
  if (limit === undefined) return 0n;
  const extra = commonCloseMs - openMs - BigInt(limitMs);
  return openMs + limit + extra;
}

/** The closing for those without accommodations, from a state as `me` sees it; 0 before the opening. */
export function commonClose(state: QuizState, me: Member | undefined): bigint {
  const limitMs = state.prompt?.timeLimitMs ?? 0;
  if (state.openTimeMs === 0n || !plays(me)) return state.closeTimeMs;
  const limit = ownLimit(limitMs, me);
  // Whether an untimed question was extended before is not told; nor does it matter to who has no deadline.
  const extra = limit === undefined ? 0n : state.closeTimeMs - state.openTimeMs - limit;
  return state.openTimeMs + BigInt(limitMs) + extra;
}

/** Whether a member was there in time to answer the question. */
export function takesPart(
  member: Member,
  question: { openMs: bigint; commonCloseMs: bigint; limitMs: number; closedAtMs: bigint | undefined },
): boolean {
  const { openMs, commonCloseMs, limitMs, closedAtMs } = question;
  const joined = member.joinTimeMs;
  if (joined <= openMs) return true;
  if (closedAtMs !== undefined && joined >= closedAtMs) return false;
  const close = ownClose(openMs, commonCloseMs, limitMs, member);
  return close === 0n || joined + LATE_JOIN_MS <= close;
}

/**
 * A moment by which a question had closed, for a snapshot that does not tell it: of those who came late, as many as the state
 * counts came before.
 */
export function closedBefore(state: QuizState, commonCloseMs: bigint, members: readonly Member[]): bigint {
  const openMs = state.openTimeMs;
  const limitMs = state.prompt?.timeLimitMs ?? 0;
  const asked = members.filter(
    (member) => plays(member) && takesPart(member, { openMs, commonCloseMs, limitMs, closedAtMs: undefined }),
  );
  const late = inOrder(asked.map((member) => member.joinTimeMs)).filter((joined) => joined > openMs);
  const counted = state.expectedCount - (asked.length - late.length);
  // Whoever comes from now on comes later than everybody who is here.
  const latest = inOrder(members.map((member) => member.joinTimeMs)).at(-1) ?? 0n;
  return late[Math.max(0, counted)] ?? latest + 1n;
}

function inOrder(timesMs: bigint[]): bigint[] {
  return timesMs.sort((a, b) => Number(a - b));
}

function ownLimit(limitMs: number, member: Member | undefined): bigint | undefined {
  const { timePercent = 100, untimed = false } = member?.accommodations ?? {};
  return untimed ? undefined : (BigInt(limitMs) * BigInt(Math.max(100, timePercent))) / 100n;
}
