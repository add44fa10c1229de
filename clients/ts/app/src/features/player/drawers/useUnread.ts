// How many messages came while the chat was closed.
import { useRoom } from "@trivium/client/react";
import { useEffect, useState } from "react";

/** Messages of others since the chat was last open; those from before this page count as read. */
export function useUnread(roomId: string, open: boolean): number {
  const { newest, others } = useRoom(roomId, ({ chat, me }) => ({
    newest: chat.messages.at(-1)?.message.seq ?? 0n,
    others: chat.messages
      .filter(({ message }) => message.authorId !== me?.userId && message.deleteTimeMs === 0n)
      .map(({ message }) => message.seq)
      .join(),
  }));
  const [read, setRead] = useState(newest);
  useEffect(() => {
    if (open) setRead(newest);
  }, [open, newest]);
  return open || others === "" ? 0 : others.split(",").filter((seq) => BigInt(seq) > read).length;
}
