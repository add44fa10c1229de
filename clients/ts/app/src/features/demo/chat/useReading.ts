// How far a chat has been read, and where the line above what is new stands.
import type { ChatView } from "@trivium/client";
import { useConnection, useRoom } from "@trivium/client/react";
import { useEffect, useRef, useState } from "react";
import { readMark, useDesk } from "../model/desk";

export interface Reading {
  /** Number of the last message above the line; absent for no line. */
  readonly lineAfter: bigint | undefined;
  /** Messages of others below what was read. */
  readonly unread: number;
}

/** What a mark is kept under: people who share a device do not share what they have read. */
export function useMarkKey(roomId: string): string {
  const userId = useConnection((connection) => connection.userId);
  return `${userId}/${roomId}`;
}

/** Messages of others that came after the mark. */
export function unreadOf(chat: ChatView, mark: bigint, ownId: string | undefined): number {
  return chat.messages.filter(
    ({ message, status }) =>
      status === "saved" && message.seq > mark && message.authorId !== ownId && message.deleteTimeMs === 0n,
  ).length;
}

/** Marks what comes as read while `atEnd` and the page is visible; a line shows where reading stopped otherwise. */
export function useReading(roomId: string, chat: ChatView, atEnd: boolean): Reading {
  const key = useMarkKey(roomId);
  const mark = useDesk((desk) => readMark(desk.read, key));
  const markRead = useDesk((desk) => desk.markRead);
  const ownId = useRoom(roomId, (room) => room.me?.userId);
  const watching = usePageVisible() && atEnd;
  const newest = chat.messages.findLast(({ status }) => status === "saved")?.message;
  const unread = unreadOf(chat, mark, ownId);
  // Without a mark it is the first visit, and nothing is new.
  const [line, setLine] = useState(unread > 0 && mark > 0n ? mark : undefined);
  const before = useRef(unread);
  useEffect(() => {
    if (unread > 0 && before.current === 0 && mark > 0n && !watching) setLine(mark);
    before.current = unread;
  }, [unread, mark, watching]);
  const answered = newest !== undefined && newest.authorId === ownId;
  useEffect(() => {
    if (answered) setLine(undefined);
  }, [answered]);
  const seq = newest?.seq ?? 0n;
  useEffect(() => {
    if (watching) markRead(key, seq);
  }, [watching, seq, markRead, key]);
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
