// Who plays, who runs the game, and who is still answering.

import type { RoomState } from "@trivium/client";
import { type Member, PresenceState, Role } from "@trivium/client/proto";

/** Players in the order in which they came. */
export function players(room: RoomState): Member[] {
  return [...room.members.values()]
    .filter((member) => member.role === Role.MEMBER)
    .sort((a, b) => Number(a.joinTimeMs - b.joinTimeMs) || (a.userId < b.userId ? -1 : 1));
}

/** How many players there are, those included whom the list does not name. */
export function playerCount(room: RoomState): number {
  let others = 0;
  for (const member of room.members.values()) if (member.role !== Role.MEMBER) others += 1;
  return Math.max(0, room.memberCount - others);
}

/** Whether a member is connected, or was until a moment ago. */
export function isThere(room: RoomState, userId: string): boolean {
  const state = room.presences.get(userId)?.state ?? PresenceState.OFFLINE;
  return state === PresenceState.ONLINE || state === PresenceState.AWAY;
}

/** How a member is present; offline where nothing was heard. */
export function presenceOf(room: RoomState, userId: string): "online" | "away" | "offline" {
  const state = room.presences.get(userId)?.state;
  return state === PresenceState.ONLINE ? "online" : state === PresenceState.AWAY ? "away" : "offline";
}

/** The host; absent while there is none. */
export function hostOf(room: RoomState): Member | undefined {
  return [...room.members.values()].find((member) => member.role === Role.HOST);
}

/** The players of each team in the room's order, and those without one at the end. */
export function byTeam(room: RoomState): { team: string; members: Member[] }[] {
  const teams = (room.room?.teams ?? []).map((team) => ({ team, members: [] as Member[] }));
  const none = { team: "", members: [] as Member[] };
  for (const member of players(room)) {
    (teams.find(({ team }) => team === member.team) ?? none).members.push(member);
  }
  return none.members.length > 0 ? [...teams, none] : teams;
}

/** What a question's progress is: from the signal, or from the last state where none has come yet. */
export function progressOf(room: RoomState): { answered: number; expected: number; away: number; waiting: Member[] } {
  const state = room.quiz?.state;
  const progress = room.quiz?.progress;
  if (progress && progress.index === state?.prompt?.index) {
    const waiting = progress.waitingUserIds.flatMap((userId) => room.members.get(userId) ?? []);
    return { answered: progress.answered, expected: progress.expected, away: progress.away, waiting };
  }
  return { answered: state?.answeredCount ?? 0, expected: state?.expectedCount ?? 0, away: 0, waiting: [] };
}

/** A name for a user; the identifier's place is taken by a dash where the member has left. */
export function nameOf(room: RoomState, userId: string): string {
  return room.members.get(userId)?.nickname ?? "–";
}
