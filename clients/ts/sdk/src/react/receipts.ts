// Who has received and read what in a room, and what the caller has not read.
//
// Neighbours: `messages` shows them; the session tells the server what arrived by itself.

import { useCallback, useEffect, useMemo } from "react";
import { larger } from "../larger.js";
import { type Member, type Message, ReceiptService, Role } from "../proto.js";
import { firstUnread } from "../state/index.js";
import { useSession } from "./context.js";
import { useList } from "./list.js";
import { useSharedRoom } from "./room.js";
import { useSelected } from "./select.js";

/** In rooms of up to so many members everybody sees everybody's marks. */
const SMALL = 50;

/** What is left to read. */
export interface UnreadHook {
  /** Messages by others behind the read mark, at most 1,000. */
  readonly count: number;
  /** Those of them that mention the caller or everybody. */
  readonly mentions: number;
  /** The first of them, where a line belongs; 0 if all is read or it is not known here. */
  readonly firstSeq: bigint;
  /** Everything up to here is on show. To be called as often as one likes; see `RoomHandle.markRead`. */
  markRead(seq: bigint): void;
  /** Everything is on show. */
  markAllRead(): void;
}

/** What the caller has not read in a room, as the server counts it: the same in every tab and after every cut. */
export function useUnread(roomId: string): UnreadHook {
  const room = useSharedRoom(roomId);
  const { unread, firstSeq } = useSelected(room, (state) => ({
    unread: state.receipts.unread,
    firstSeq: firstUnread(state.receipts),
  }));
  const markRead = useCallback((seq: bigint) => room.markRead(seq), [room]);
  const markAllRead = useCallback(() => {
    const newest = room.get().chat.messages.findLast((each) => each.status === "saved");
    if (newest !== undefined) room.markRead(newest.message.seq);
  }, [room]);
  return useMemo(
    () => ({ count: unread.messageCount, mentions: unread.mentionCount, firstSeq, markRead, markAllRead }),
    [unread, firstSeq, markRead, markAllRead],
  );
}

/** Receipts of a room with their setting. */
export interface ReceiptsHook {
  /** Whether the caller keeps its reading to itself here, and so sees nobody else's. */
  readonly private: boolean;
  /** Everything up to here has reached everybody else who is known here; 0 in large rooms. */
  readonly deliveredToAll: bigint;
  /** Everything up to here was read by everybody else who is known here. */
  readonly readByAll: bigint;
  setPrivate(hidden: boolean): Promise<void>;
}

/** How far the others have received and read a room: for the marks at own messages. */
export function useReceipts(roomId: string): ReceiptsHook {
  const session = useSession();
  const room = useSharedRoom(roomId);
  const { receipts, members, memberCount, me } = useSelected(room, (state) => ({
    receipts: state.receipts,
    members: state.members,
    memberCount: state.memberCount,
    me: state.me,
  }));
  const setPrivate = useCallback(
    async (hidden: boolean) => {
      const service = session.client(ReceiptService);
      await service.setReceiptPrivacy({ roomId, private: hidden });
      if (hidden) return;
      // What was kept from the caller meanwhile is told to who asks only.
      const { receipts: marks } = await service.listReceipts({ roomId, pageSize: SMALL });
      room.apply({ kind: "receipts-loaded", receipts: marks });
    },
    [session, room, roomId],
  );
  return useMemo(() => {
    const counts = ({ userId, role }: Member) => userId !== me?.userId && role !== Role.OBSERVER;
    const others = [...members.values()].filter(counts).map(({ userId }) => userId);
    const complete = others.length > 0 && memberCount <= SMALL;
    const least = (mark: "deliveredSeq" | "readSeq") =>
      complete
        ? others.map((userId) => receipts.others.get(userId)?.[mark] ?? 0n).reduce((a, b) => -larger(-a, -b))
        : 0n;
    return {
      private: receipts.private,
      deliveredToAll: least("deliveredSeq"),
      readByAll: least("readSeq"),
      setPrivate,
    };
  }, [receipts, members, memberCount, me, setPrivate]);
}

/** Who has a message. */
export interface SeenByHook {
  /** Who has read it, as far as the caller may know; without its author and the caller. */
  readonly readers: readonly Member[];
  /** How many have read it, and how many have received it, of how many; without its author. */
  readonly readCount: number;
  readonly deliveredCount: number;
  readonly memberCount: number;
}

/** Who has seen a message: from the marks in small rooms, asked of the server in large ones. */
export function useSeenBy(roomId: string, message: Message): SeenByHook {
  const session = useSession();
  const { receipts, members, memberCount, me } = useSelected(useSharedRoom(roomId), (state) => ({
    receipts: state.receipts,
    members: state.members,
    memberCount: state.memberCount,
    me: state.me,
  }));
  const { seq, authorId } = message;
  const large = memberCount > SMALL;
  const read = useMemo(
    () =>
      large && seq > 0n
        ? async () => ({
            items: [await session.client(ReceiptService).getMessageReceipts({ roomId, messageSeq: seq })],
          })
        : undefined,
    [large, session, roomId, seq],
  );
  const { items } = useList(read);
  return useMemo(() => {
    const [asked] = items;
    if (asked !== undefined) {
      const readers = asked.readUserIds.flatMap((userId) => members.get(userId) ?? []);
      const { readCount, deliveredCount, memberCount: of } = asked;
      return { readers, readCount, deliveredCount, memberCount: of };
    }
    const others = [...receipts.others.values()].filter((mark) => mark.userId !== authorId && members.has(mark.userId));
    const readers = others.filter((mark) => mark.readSeq >= seq).flatMap((mark) => members.get(mark.userId) ?? []);
    const own = me !== undefined && me.userId !== authorId;
    return {
      readers,
      readCount: readers.length + Number(own && receipts.own.readSeq >= seq && !receipts.private),
      deliveredCount: others.filter((mark) => mark.deliveredSeq >= seq).length + Number(own),
      memberCount: Math.max(0, memberCount - Number(members.has(authorId))),
    };
  }, [items, receipts, members, memberCount, me, authorId, seq]);
}

/** Marks everything up to `seq` as read as long as the component is there and `shown`; for lists that follow the newest. */
export function useReadOnShow(roomId: string, seq: bigint, shown: boolean): void {
  const room = useSharedRoom(roomId);
  const live = useSelected(room, ({ status }) => status === "live", Object.is);
  useEffect(() => {
    if (shown && live && seq > 0n) room.markRead(seq);
  }, [room, seq, shown, live]);
}
