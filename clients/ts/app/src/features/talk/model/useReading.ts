// How far a chat has been read, and where the line above what is new stands.
import type { ChatMessage } from "@trivium/client";
import { useRoom, useUnread } from "@trivium/client/react";
import { useEffect, useRef, useState } from "react";

/** What has been read. */
export interface Reading {
  /** Number of the last message above the line; absent for no line. */
  readonly lineAfter: bigint | undefined;
  /** Messages of others below what was read. */
  readonly unread: number;
}

/**
 * Marks what comes as read while `atEnd` and the page is visible; a line shows where reading stopped otherwise. The line stays
 * where it was when the chat was opened, until its reader says something.
 */
export function useReading(roomId: string, entries: readonly ChatMessage[], atEnd: boolean): Reading {
  const { markRead } = useUnread(roomId);
  const { mark, ownId, live } = useRoom(roomId, ({ receipts, me, status }) => ({
    mark: receipts.own.readSeq,
    ownId: me?.userId,
    live: status === "live",
  }));
  const watching = usePageVisible() && atEnd;
  const newest = entries.findLast(({ status }) => status === "saved")?.message;
  const unread = entries.filter(
    ({ message, status }) =>
      status === "saved" && message.seq > mark && message.authorId !== ownId && message.deleteTimeMs === 0n,
  ).length;
  const [line, setLine] = useState<bigint>();
  const before = useRef<number>(undefined);
  useEffect(() => {
    if (!live) return;
    const opened = before.current === undefined;
    // Without a mark it is the first visit, and nothing is new.
    if (unread > 0 && mark > 0n && (opened || (before.current === 0 && !watching))) setLine(mark);
    before.current = unread;
  }, [live, unread, mark, watching]);
  const answered = newest !== undefined && newest.authorId === ownId;
  useEffect(() => {
    if (answered) setLine(undefined);
  }, [answered]);
  const seq = newest?.seq ?? 0n;
  useEffect(() => {
    if (watching && seq > mark) markRead(seq);
  }, [watching, seq, mark, markRead]);
  return { lineAfter: line, unread };
}

function usePageVisible(): boolean {
  const [visible, setVisible] = useState(document.visibilityState !== "hidden");
  useEffect(() => {
    const change = () => setVisible(document.visibilityState !== "hidden");
    document.addEventListener("visibilitychange", change);
    return () => document.removeEventListener("visibilitychange", change);
  }, []);
  return visible;
}
