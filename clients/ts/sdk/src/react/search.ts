// Searching the messages that the caller may see.
//
// Neighbours: `list` reads the pages.

import { useMemo } from "react";
import { ChatService, type SearchHit } from "../proto.js";
import { useSession } from "./context.js";
import { type ListHook, type ReadPage, useList } from "./list.js";

/** Where and by whom to search. */
export interface SearchOptions {
  /** Only in this room; else in all rooms that the caller is a member of. */
  readonly roomId?: string;
  readonly authorId?: string;
}

/** What was found, newest first. Nothing is asked for an empty query; callers wait a moment after each letter. */
export function useSearch(query: string, { roomId = "", authorId = "" }: SearchOptions = {}): ListHook<SearchHit> {
  const session = useSession();
  const words = query.trim();
  const read = useMemo((): ReadPage<SearchHit, string> | undefined => {
    if (words === "") return undefined;
    return async (pageToken = "") => {
      const found = await session.client(ChatService).searchMessages({ query: words, roomId, authorId, pageToken });
      return { items: found.hits, next: found.nextPageToken || undefined };
    };
  }, [session, words, roomId, authorId]);
  return useList(read);
}
