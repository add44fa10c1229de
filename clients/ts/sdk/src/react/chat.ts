// The chat of a room, and what members do in it.
//
// Neighbours: `messages`, `thread` and `pins` show it in parts.

import { create } from "@bufbuild/protobuf";
import { ConnectError } from "@connectrpc/connect";
import { useEffect, useMemo } from "react";
import { type Attachment, ChatService, MessageSchema } from "../proto.js";
import { newRequestId } from "../session/request-id.js";
import { firstSeq } from "../state/index.js";
import type { ChatMessage, ChatView, TriviumSession } from "../types.js";
import { useSession } from "./context.js";
import { useSharedRoom } from "./room.js";
import type { SharedRoom } from "./rooms.js";
import { useSelected } from "./select.js";

/** How often the server is told at most that somebody is typing. */
export const TYPING_MS = 500;
/** How long a keystroke counts as typing. */
export const TYPING_ENDS_MS = 4000;
/** How often it is told anew who goes on typing, so that the server does not forget it. */
const TYPING_AGAIN_MS = 3000;
/** Messages read at a time. */
export const PAGE = 50;

/** A chat with its actions. Actions reject with `ConnectError`; their identity does not change from drawing to drawing. */
export interface ChatHook extends ChatView, ChatActions {}

/** What goes with a text. */
export interface SendOptions {
  /** The message that this one answers. */
  readonly replyTo?: bigint;
  /** The message whose thread it goes into. */
  readonly threadSeq?: bigint;
  /** What `uploadFile` of the session has given for this room. */
  readonly attachments?: readonly Attachment[];
  /** A link, with what its sender calls it. */
  readonly link?: { readonly url: string; readonly title?: string };
  /** A question of a quiz that the caller may read; its newest revision unless told otherwise. */
  readonly question?: { readonly quizId: string; readonly index: number; readonly revision?: number };
}

/** What members do. */
export interface ChatActions {
  /** Shows the message at once, and resolves when it is saved. A failed one stays, to be retried or dropped. */
  send(text: string, options?: SendOptions): Promise<void>;
  /** Sends a failed message again, under the same key. */
  retry(key: string): Promise<void>;
  /** Gives a failed message up. */
  drop(key: string): void;
  edit(messageSeq: bigint, text: string): Promise<void>;
  remove(messageSeq: bigint): Promise<void>;
  react(messageSeq: bigint, emoji: string, present: boolean): Promise<void>;
  /** Pins a message, or takes the pin out. */
  pin(messageSeq: bigint, present: boolean): Promise<void>;
  /** To be called at each keystroke, and with `false` when the text is gone. Told to the server at most twice a second. */
  setTyping(typing: boolean): void;
  /** Reads the page before the oldest message. */
  loadOlder(): Promise<void>;
}

/** The chat of a room in one list, threads included: for small chats. `useMessages` is for large ones. */
export function useChat(roomId: string): ChatHook {
  const actions = useChatActions(roomId);
  const chat = useSelected(useSharedRoom(roomId), (room) => room.chat, Object.is);
  return useMemo(() => ({ ...chat, ...actions }), [chat, actions]);
}

/** Only the actions, which never change. */
export function useChatActions(roomId: string): ChatActions {
  const session = useSession();
  const room = useSharedRoom(roomId);
  const { actions, stop } = useMemo(() => chatActions(session, room, roomId), [session, room, roomId]);
  useEffect(() => stop, [stop]);
  return actions;
}

/** The actions of a chat, and how to take back that the caller is typing. */
export function chatActions(
  session: TriviumSession,
  room: SharedRoom,
  roomId: string,
): { actions: ChatActions; stop: () => void } {
  const chat = session.client(ChatService);
  const typing = typingSignal((typing) => {
    // A lost signal is no failure: the server forgets it by itself.
    chat.setTyping({ roomId, typing }).catch(() => {});
  });
  const attempt = async (entry: Pick<ChatMessage, "key" | "message">) => {
    const { key, message } = entry;
    room.apply({ kind: "message-sending", key, message });
    try {
      // The key is the request's id: a retry after an answer that was lost is recognised.
      const { message: saved } = await chat.sendMessage({
        requestId: key,
        roomId,
        text: message.text,
        replyTo: message.replyTo,
        threadSeq: message.threadSeq,
        attachmentIds: message.attachments.map(({ id }) => id),
        ...(message.link === undefined ? {} : { link: message.link }),
        ...(message.question === undefined ? {} : { question: message.question }),
      });
      if (saved !== undefined) room.apply({ kind: "message-saved", key, message: saved });
    } catch (reason) {
      const error = ConnectError.from(reason);
      room.apply({ kind: "message-failed", key, error });
      throw error;
    }
  };
  const actions: ChatActions = {
    async send(text, { replyTo = 0n, threadSeq = 0n, attachments = [], link, question } = {}) {
      const { me } = room.get();
      typing.set(false);
      await attempt({
        key: newRequestId(),
        message: create(MessageSchema, {
          authorId: me?.userId ?? session.connection.get().userId,
          authorNickname: me?.nickname ?? "",
          text: cleaned(text),
          replyTo,
          threadSeq,
          attachments: [...attachments],
          ...(link === undefined ? {} : { link }),
          ...(question === undefined ? {} : { question }),
          sendTimeMs: BigInt(Math.round(session.clock.now())),
        }),
      });
    },
    async retry(key) {
      const entry = room.get().chat.messages.find((each) => each.key === key && each.status === "failed");
      if (entry !== undefined) await attempt(entry);
    },
    drop: (key) => room.apply({ kind: "message-dropped", key }),
    async edit(messageSeq, text) {
      await chat.editMessage({ roomId, messageSeq, text });
    },
    async remove(messageSeq) {
      await chat.deleteMessage({ roomId, messageSeq });
    },
    async react(messageSeq, emoji, present) {
      await chat.setReaction({ roomId, messageSeq, emoji, present });
    },
    async pin(messageSeq, present) {
      await chat.setPin({ roomId, messageSeq, present });
    },
    setTyping: typing.set,
    async loadOlder() {
      const { messages, more } = await chat.listMessages({
        roomId,
        beforeSeq: firstSeq(room.get().chat.messages) ?? 0n,
        pageSize: PAGE,
      });
      room.apply({ kind: "messages-loaded", messages, more });
    },
  };
  return { actions, stop: () => typing.set(false) };
}

/** The text as the server keeps it: without control characters but line breaks and tabs, and without white space at the end. */
function cleaned(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]/gu, "").trimEnd();
}

/** Tells a change at once, and after that at most one per `TYPING_MS`; typing ends by itself. */
function typingSignal(tell: (typing: boolean) => void): { set(typing: boolean): void } {
  let wanted = false;
  let told = false;
  let toldAt = 0;
  let pause: ReturnType<typeof setTimeout> | undefined;
  let end: ReturnType<typeof setTimeout> | undefined;
  const settle = () => {
    pause = undefined;
    const old = told && performance.now() - toldAt >= TYPING_AGAIN_MS;
    if (wanted === told && !old) return;
    told = wanted;
    toldAt = performance.now();
    tell(told);
    pause = setTimeout(settle, TYPING_MS);
  };
  const set = (typing: boolean) => {
    wanted = typing;
    clearTimeout(end);
    if (typing) end = setTimeout(() => set(false), TYPING_ENDS_MS);
    if (pause === undefined) settle();
  };
  return { set };
}
