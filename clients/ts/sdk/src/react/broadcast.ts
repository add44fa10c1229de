// Data for the programs that listen to a room, files of its messages, and what is heard of its events.
//
// Neighbours: `rooms` shares the room that is listened to.

import { ConnectError } from "@connectrpc/connect";
import { useCallback, useEffect, useRef, useState } from "react";
import { ChatService, type RoomEvent } from "../proto.js";
import type { BroadcastListener } from "../types.js";
import { useSession } from "./context.js";
import { useSharedRoom } from "./room.js";

/**
 * Listens to what is broadcast into a room under this name, or under any if it is empty, while the component is there. Gives
 * how to broadcast under it: any JSON value, which hosts may send.
 */
export function useBroadcast(
  roomId: string,
  event: string,
  listener?: BroadcastListener,
): (payload: unknown) => Promise<void> {
  const session = useSession();
  const room = useSharedRoom(roomId);
  const latest = useLatest(listener);
  const listens = listener !== undefined;
  useEffect(
    () => (listens ? room.onBroadcast(event, (message) => latest.current?.(message)) : undefined),
    [room, event, listens, latest],
  );
  return useCallback(
    async (payload: unknown) => {
      await session.client(ChatService).broadcast({ roomId, event, payloadJson: JSON.stringify(payload ?? null) });
    },
    [session, roomId, event],
  );
}

/** Calls back for each event of a room while the component is there. */
export function useRoomEvents(roomId: string, listener: (event: RoomEvent) => void): void {
  const room = useSharedRoom(roomId);
  const latest = useLatest(listener);
  useEffect(() => room.onEvent((event) => latest.current(event)), [room, latest]);
}

/** A file that asks for the token, as an address that `<img>` can show. */
export interface FileHook {
  /** Absent until it is read. */
  readonly url: string | undefined;
  readonly error: ConnectError | undefined;
}

/** Reads the file behind an attachment's `url` while the component is there; nothing for an empty one. */
export function useFile(url: string): FileHook {
  const session = useSession();
  const [file, setFile] = useState<FileHook>({ url: undefined, error: undefined });
  useEffect(() => {
    if (url === "") return;
    const abort = new AbortController();
    let made: string | undefined;
    session
      .fetchFile(url, { signal: abort.signal })
      .then((blob) => {
        if (abort.signal.aborted) return;
        made = URL.createObjectURL(blob);
        setFile({ url: made, error: undefined });
      })
      .catch((thrown: unknown) => {
        if (!abort.signal.aborted) setFile({ url: undefined, error: ConnectError.from(thrown) });
      });
    return () => {
      abort.abort();
      if (made !== undefined) URL.revokeObjectURL(made);
      setFile({ url: undefined, error: undefined });
    };
  }, [session, url]);
  return file;
}

function useLatest<T>(value: T): { readonly current: T } {
  const latest = useRef(value);
  useEffect(() => {
    latest.current = value;
  });
  return latest;
}
