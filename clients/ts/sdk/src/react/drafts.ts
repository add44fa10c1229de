// What is being typed: kept over reloads, and who else is typing.
//
// Neighbours: the session keeps the drafts.

import { useCallback, useEffect, useState } from "react";
import { useSession } from "./context.js";
import { useConnection, useRoom } from "./room.js";

/** The draft for a room, or for a thread in it, and how to set it; an empty one is forgotten. At most 4,000 characters are kept. */
export function useDraft(roomId: string, threadSeq = 0n): readonly [draft: string, set: (text: string) => void] {
  const { drafts } = useSession();
  const userId = useConnection((connection) => connection.userId);
  const place = `${roomId} ${threadSeq} ${userId}`;
  const [typed, setTyped] = useState<{ readonly place: string; readonly text: string }>();
  // Another room, or another user, has another draft.
  const text = typed?.place === place ? typed.text : drafts.get(roomId, threadSeq);
  const set = useCallback(
    (next: string) => {
      drafts.set(roomId, next, threadSeq);
      setTyped({ place, text: next });
    },
    [drafts, roomId, threadSeq, place],
  );
  useEffect(() => () => setTyped(undefined), []);
  return [text, set];
}

/** Names of those who are typing, without the caller, in the order in which they began. */
export function useTypingNames(roomId: string): readonly string[] {
  return useRoom(roomId, ({ chat, members }) =>
    [...chat.typing].map((userId) => members.get(userId)?.nickname ?? userId),
  );
}
