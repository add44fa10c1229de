// How many messages came while the chat was not open.

import type { RoomState } from "@trivium/client";
import { useEffect, useRef } from "react";

/** The number; 0 while the chat is open. Own messages and those from before the page was opened do not count. */
export function useUnread(room: RoomState, open: boolean): number {
  const read = useRef<bigint | undefined>(undefined);
  const newest = room.chat.messages.findLast(({ status }) => status === "saved")?.message.seq ?? 0n;
  const live = room.status === "live";
  if (live && read.current === undefined) read.current = newest;
  useEffect(() => {
    if (open) read.current = newest;
  }, [open, newest]);
  const since = read.current;
  if (open || since === undefined) return 0;
  return room.chat.messages.filter(({ message }) => message.seq > since && message.authorId !== room.me?.userId).length;
}
