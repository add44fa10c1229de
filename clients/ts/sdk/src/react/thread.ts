// One thread of a room's chat, and the pins.
//
// Neighbours: `messages` has what is outside of threads, `chat` the actions.

import { ConnectError } from "@connectrpc/connect";
import { useCallback, useEffect, useMemo, useState } from "react";
import { ChatService, type Message } from "../proto.js";
import { find } from "../state/index.js";
import type { ChatMessage } from "../types.js";
import { type ChatActions, PAGE, type SendOptions, useChatActions } from "./chat.js";
import { useSession } from "./context.js";
import { useConnection, useSharedRoom } from "./room.js";
import { useSelected } from "./select.js";

/** A thread with its actions. */
export interface ThreadHook extends Omit<ChatActions, "send"> {
  /** The message that began it, once it is known. */
  readonly root: Message | undefined;
  /** Oldest first; at the end what is being sent or has failed. */
  readonly messages: readonly ChatMessage[];
  readonly more: boolean;
  readonly loading: boolean;
  /** Why it could not be read. */
  readonly error: ConnectError | undefined;
  /** As of the chat, into this thread. */
  send(text: string, options?: Omit<SendOptions, "threadSeq">): Promise<void>;
}

const NONE: readonly ChatMessage[] = [];

/** The thread that a message began: read when it is looked at, and kept up to date. */
export function useThread(roomId: string, threadSeq: bigint): ThreadHook {
  const session = useSession();
  const room = useSharedRoom(roomId);
  const actions = useChatActions(roomId);
  const [error, setError] = useState<ConnectError>();
  const { page, live, waiting, root } = useSelected(room, ({ chat, status }) => ({
    page: chat.threads.get(threadSeq),
    live: status === "live",
    waiting: chat.messages,
    root: find(chat, threadSeq),
  }));
  const read = useCallback(
    async (beforeSeq: bigint, known: Message | undefined) => {
      const chat = session.client(ChatService);
      const [{ messages, more }, begun] = await Promise.all([
        chat.listMessages({ roomId, threadSeq, beforeSeq, pageSize: PAGE }),
        known ?? chat.getMessage({ roomId, messageSeq: threadSeq }).then(({ message }) => message),
      ]);
      const root = begun === undefined ? {} : { root: begun };
      room.apply({ kind: "thread-loaded", threadSeq, messages, more, ...root });
    },
    [session, room, roomId, threadSeq],
  );
  const missing = live && page === undefined;
  // After a snapshot it is read anew: what was known of it may have changed unheard.
  useEffect(() => {
    if (!missing) return;
    let gone = false;
    setError(undefined);
    read(0n, find(room.get().chat, threadSeq)).catch((thrown: unknown) => {
      if (!gone) setError(ConnectError.from(thrown));
    });
    return () => {
      gone = true;
    };
  }, [missing, read, room, threadSeq]);
  const messages = useMemo(() => {
    const unsaved = waiting.filter((each) => each.status !== "saved" && each.message.threadSeq === threadSeq);
    return [...(page?.messages ?? NONE), ...unsaved];
  }, [page, waiting, threadSeq]);
  return useMemo(
    () => ({
      ...actions,
      root,
      messages,
      more: page?.more ?? false,
      loading: page === undefined && error === undefined,
      error,
      send: (text, options = {}) => actions.send(text, { ...options, threadSeq }),
      async loadOlder() {
        const first = page?.messages[0];
        if (first !== undefined) await read(first.message.seq, root);
      },
    }),
    [actions, root, messages, page, error, read, threadSeq],
  );
}

/** Pins with their actions. */
export interface PinsHook extends Pick<ChatActions, "pin"> {
  /** Newest pin first. */
  readonly pins: readonly Message[];
}

/** The pinned messages of a room. */
export function usePins(roomId: string): PinsHook {
  const session = useSession();
  const room = useSharedRoom(roomId);
  const { pin } = useChatActions(roomId);
  const connected = useConnection(({ status }) => status === "live");
  const { pins, missing } = useSelected(room, ({ chat }) => ({ pins: chat.pins, missing: chat.pinsMissing }));
  useEffect(() => {
    if (!missing || !connected) return;
    const read = session.client(ChatService).listPins({ roomId });
    // Read again with the next pin or connection.
    read.then(({ messages }) => room.apply({ kind: "pins-loaded", pins: messages })).catch(() => {});
  }, [missing, connected, session, room, roomId]);
  return useMemo(() => ({ pins, pin }), [pins, pin]);
}
