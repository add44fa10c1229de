// A list that the server gives page by page, for components: read when looked at, read on when asked, read anew when told.
//
// Neighbours: `search`, `moderation` and `conversations` fetch with it.

import { ConnectError } from "@connectrpc/connect";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";

/** A list of the server. The actions do not change from drawing to drawing, and never reject. */
export interface ListHook<T> extends ListActions {
  readonly items: readonly T[];
  /** Whether there is more on the server. */
  readonly more: boolean;
  readonly loading: boolean;
  /** Why the last reading failed. */
  readonly error: ConnectError | undefined;
}

/** What is done with a list. */
export interface ListActions {
  /** Reads the next page. */
  loadMore(): Promise<void>;
  /** Reads the first page anew, and as many more as were read before. */
  refresh(): Promise<void>;
}

/** One page, and where the next one begins; nothing where this is the last. */
export interface Page<T, C> {
  readonly items: readonly T[];
  readonly next?: C | undefined;
}

/** Reads a page; `after` is where the one before said that it begins. */
export type ReadPage<T, C> = (after: C | undefined) => Promise<Page<T, C>>;

/** Most entries of a list. */
export const MAX_ITEMS = 1_000;

interface Shown<T, C> {
  readonly items: readonly T[];
  readonly next?: C | undefined;
  readonly loading: boolean;
  readonly error?: ConnectError;
}

/** The list that `read` reads; begun anew with another `read`, and empty without one. */
export function useList<T, C>(read: ReadPage<T, C> | undefined): ListHook<T> {
  const [shown, setShown] = useState<Shown<T, C>>({ items: [], loading: read !== undefined });
  const latest = useRef(shown);
  const turn = useRef(0);
  const set = useCallback((next: Shown<T, C>) => {
    latest.current = next;
    setShown(next);
  }, []);
  const load = useCallback(
    async (before: readonly T[], after: C | undefined, least: number) => {
      if (read === undefined) return;
      turn.current += 1;
      const own = turn.current;
      set({ ...latest.current, loading: true });
      try {
        let items = before;
        let next = after;
        do {
          const page = await read(next);
          if (own !== turn.current) return;
          items = [...items, ...page.items].slice(0, MAX_ITEMS);
          next = items.length < MAX_ITEMS ? page.next : undefined;
        } while (next !== undefined && items.length < least);
        set({ items, next, loading: false });
      } catch (thrown) {
        if (own !== turn.current) return;
        const { items, next } = latest.current;
        set({ items, next, loading: false, error: ConnectError.from(thrown) });
      }
    },
    [read, set],
  );
  useEffect(() => {
    if (read === undefined) set({ items: [], loading: false });
    else set({ items: [], loading: true });
    void load([], undefined, 1);
    return () => {
      turn.current += 1;
    };
  }, [read, load, set]);
  const actions = useMemo(
    (): ListActions => ({
      async loadMore() {
        const { items, next, loading } = latest.current;
        if (next !== undefined && !loading) await load(items, next, 1);
      },
      refresh: () => load([], undefined, latest.current.items.length),
    }),
    [load],
  );
  return useMemo(
    () => ({
      items: shown.items,
      more: shown.next !== undefined,
      loading: shown.loading,
      error: shown.error,
      ...actions,
    }),
    [shown, actions],
  );
}
