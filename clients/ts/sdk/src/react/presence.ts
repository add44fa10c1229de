// Who is in a room and how present, as rows in a fixed order.
//
// Neighbours: `room` has the rest of the room.

import { useCallback, useMemo } from "react";
import { type Member, type Presence, PresenceService, PresenceState, Role } from "../proto.js";
import { useSession } from "./context.js";
import { useSharedRoom } from "./room.js";
import { useSelected } from "./select.js";

/** One member of the roster. */
export interface RosterRow {
  readonly member: Member;
  /** Offline where nothing was heard. */
  readonly state: PresenceState;
  /** Own words; empty for none. */
  readonly status: string;
  readonly own: boolean;
  /** When the user was last connected, in milliseconds of the server's clock; 0 while it is, and if it never was. */
  readonly lastSeenMs: number;
  /** How many sessions of the user hear the room. */
  readonly sessions: number;
}

/** A roster with its counts. */
export interface PresenceHook {
  /** Hosts first, then by name, as far as the members are known here. */
  readonly rows: readonly RosterRow[];
  readonly online: number;
  readonly away: number;
  /** Members of the room, those not known here included. */
  readonly total: number;
  /** How the caller wants to appear: online or away, with a word of up to 80 characters; offline to all but hosts if `invisible`. */
  setStatus(state: PresenceState, status?: string, invisible?: boolean): Promise<void>;
}

/** Who is in the room. */
export function usePresence(roomId: string): PresenceHook {
  const session = useSession();
  const { members, presences, memberCount, ownId, counts } = useSelected(useSharedRoom(roomId), (room) => ({
    members: room.members,
    presences: room.presences,
    memberCount: room.memberCount,
    ownId: room.me?.userId,
    counts: room.presenceCounts,
  }));
  const rows = useMemo(() => roster(members, presences, ownId), [members, presences, ownId]);
  const setStatus = useCallback(
    async (state: PresenceState, status = "", invisible = false) => {
      await session.client(PresenceService).setPresence({ roomId, state, status, invisible });
    },
    [session, roomId],
  );
  return useMemo(
    () => ({
      rows,
      online: counts?.onlineCount ?? rows.filter((row) => row.state === PresenceState.ONLINE).length,
      away: counts?.awayCount ?? rows.filter((row) => row.state === PresenceState.AWAY).length,
      total: memberCount,
      setStatus,
    }),
    [rows, counts, memberCount, setStatus],
  );
}

const names = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

/** The rows of a roster in their order. */
export function roster(
  members: ReadonlyMap<string, Member>,
  presences: ReadonlyMap<string, Presence>,
  ownId: string | undefined,
): RosterRow[] {
  return [...members.values()]
    .map((member) => {
      const presence = presences.get(member.userId);
      return {
        member,
        state: presence?.state ?? PresenceState.OFFLINE,
        status: presence?.status ?? "",
        own: member.userId === ownId,
        lastSeenMs: Number(presence?.lastSeenTimeMs ?? 0n),
        sessions: presence?.sessionCount ?? 0,
      };
    })
    .sort(
      (a, b) =>
        rank(b.member.role) - rank(a.member.role) ||
        names.compare(a.member.nickname, b.member.nickname) ||
        (a.member.userId < b.member.userId ? -1 : 1),
    );
}

function rank(role: Role): number {
  return role === Role.HOST || role === Role.CO_HOST ? role : role === Role.MEMBER ? 1 : 0;
}
