// Raised hands, and the roster of a room however large it is.
//
// Neighbours: `presence` has the members that the room's state knows.

import { useMemo } from "react";
import { type Member, type PresenceCounts, PresenceService, PresenceState, RoomService } from "../proto.js";
import { useSession } from "./context.js";
import { type ListActions, type ReadPage, useList } from "./list.js";
import { type RosterRow, roster, usePresence } from "./presence.js";
import { useSharedRoom } from "./room.js";
import { useSelected } from "./select.js";

/** A raised hand in the queue. */
export interface HandRow {
  readonly userId: string;
  /** Absent for a member of a large room who is not known here. */
  readonly member: Member | undefined;
  readonly timeMs: bigint;
}

/** The queue of hands with its actions. */
export interface HandsHook {
  /** The first one raised first. */
  readonly hands: readonly HandRow[];
  /** The caller's place in the queue from 1; 0 while its hand is down. */
  readonly place: number;
  /** Raises or lowers the caller's own hand. */
  raise(raised: boolean): Promise<void>;
  /** Lowers somebody's hand; for hosts. */
  lower(userId: string): Promise<void>;
}

/** Raised hands. */
export function useHands(roomId: string): HandsHook {
  const session = useSession();
  const { hands, members, ownId } = useSelected(useSharedRoom(roomId), (state) => ({
    hands: state.hands,
    members: state.members,
    ownId: state.me?.userId,
  }));
  const actions = useMemo(() => {
    const service = session.client(PresenceService);
    return {
      async raise(raised: boolean) {
        await service.raiseHand({ roomId, raised });
      },
      async lower(userId: string) {
        await service.raiseHand({ roomId, raised: false, userId });
      },
    };
  }, [session, roomId]);
  return useMemo(
    () => ({
      hands: hands.map(({ userId, timeMs }) => ({ userId, timeMs, member: members.get(userId) })),
      place: hands.findIndex((each) => each.userId === ownId) + 1,
      ...actions,
    }),
    [hands, members, ownId, actions],
  );
}

/** A roster with its counts. */
export interface RosterHook extends ListActions {
  /** Hosts first, then by name. */
  readonly rows: readonly RosterRow[];
  readonly online: number;
  readonly away: number;
  /** Members of the room, those not in `rows` included. */
  readonly total: number;
  /** Whether there are members who are not read yet. */
  readonly more: boolean;
  readonly loading: boolean;
  /** As of `usePresence`. */
  setStatus(state: PresenceState, status?: string, invisible?: boolean): Promise<void>;
}

/** Who is in the room: all of it, read page by page where the room is too large for its state. */
export function useRoster(roomId: string): RosterHook {
  const session = useSession();
  const { setStatus } = usePresence(roomId);
  const { members, presences, memberCount, ownId, counts } = useSelected(useSharedRoom(roomId), (state) => ({
    members: state.members,
    presences: state.presences,
    memberCount: state.memberCount,
    ownId: state.me?.userId,
    counts: state.presenceCounts,
  }));
  const large = memberCount > members.size;
  const read = useMemo((): ReadPage<Member, string> | undefined => {
    if (!large) return undefined;
    return async (pageToken = "") => {
      const page = await session.client(RoomService).listMembers({ roomId, pageToken, pageSize: 200 });
      return { items: page.members, next: page.nextPageToken || undefined };
    };
  }, [session, roomId, large]);
  const { items, more, loading, loadMore, refresh } = useList(read);
  const rows = useMemo(() => {
    const all = new Map(items.map((each) => [each.userId, each]));
    // What events tell is newer than what was read.
    for (const [userId, member] of members) all.set(userId, member);
    return roster(all, presences, ownId);
  }, [items, members, presences, ownId]);
  const told = useMemo(() => countsOf(rows, counts), [rows, counts]);
  return useMemo(
    () => ({ rows, ...told, total: memberCount, more, loading, loadMore, refresh, setStatus }),
    [rows, told, memberCount, more, loading, loadMore, refresh, setStatus],
  );
}

function countsOf(rows: readonly RosterRow[], counts: PresenceCounts | undefined): { online: number; away: number } {
  if (counts !== undefined) return { online: counts.onlineCount, away: counts.awayCount };
  const count = (state: PresenceState) => rows.filter((row) => row.state === state).length;
  return { online: count(PresenceState.ONLINE), away: count(PresenceState.AWAY) };
}
