// The messages of a room as a large chat shows them: without those in threads, and around any of them.
//
// Neighbours: `chat` has the actions, `thread` the threads, `receipts` what is read.

import { useMemo } from "react";
import { ChatService } from "../proto.js";
import { firstSeq } from "../state/index.js";
import type { ChatMessage, TriviumSession } from "../types.js";
import { type ChatActions, PAGE, useChatActions } from "./chat.js";
import { useSession } from "./context.js";
import { useSharedRoom } from "./room.js";
import type { SharedRoom } from "./rooms.js";
import { useSelected } from "./select.js";

/** Pages in a row that may hold nothing but messages of threads. */
const THREAD_PAGES = 5;

/** A list of messages with its actions. Actions reject with `ConnectError`; their identity does not change. */
export interface MessagesHook extends ChatActions, MessagesActions {
  /** Oldest first, without those in threads; at the end what is being sent or has failed, unless the list shows the past. */
  readonly messages: readonly ChatMessage[];
  /** Whether there are older ones on the server. */
  readonly more: boolean;
  /** Whether the list shows the past: there are newer ones that are not in it. */
  readonly past: boolean;
}

/** What moves through the history. */
export interface MessagesActions {
  /** Shows the messages around this one. `false` if it is in none that the caller may see. */
  jumpTo(messageSeq: bigint): Promise<boolean>;
  /** Reads the page after the newest message on show, in the past. */
  loadNewer(): Promise<void>;
  /** Leaves the past. */
  toLatest(): void;
}

/** The messages of a room. */
export function useMessages(roomId: string): MessagesHook {
  const session = useSession();
  const room = useSharedRoom(roomId);
  const actions = useChatActions(roomId);
  const moves = useMemo(() => movesOf(session, room, roomId), [session, room, roomId]);
  const { page, past } = useSelected(room, ({ chat }) => ({ page: chat.jump ?? chat, past: chat.jump !== undefined }));
  const { more } = page;
  const messages = useMemo(() => page.messages.filter(isOutside), [page]);
  return useMemo(() => ({ messages, more, past, ...actions, ...moves }), [messages, more, past, actions, moves]);
}

function isOutside({ message }: ChatMessage): boolean {
  return message.threadSeq === 0n;
}

function movesOf(
  session: TriviumSession,
  room: SharedRoom,
  roomId: string,
): MessagesActions & Pick<ChatActions, "loadOlder"> {
  const chat = session.client(ChatService);
  const saved = (messages: readonly ChatMessage[]) => messages.filter((each) => each.status === "saved");
  const older = async () => {
    const { jump, messages: live } = room.get().chat;
    const beforeSeq = firstSeq(jump?.messages ?? live) ?? 0n;
    const { messages, more } = await chat.listMessages({ roomId, beforeSeq, pageSize: PAGE });
    if (jump === undefined) room.apply({ kind: "messages-loaded", messages, more });
    else room.apply({ kind: "jump-loaded", at: "before", messages, more, moreAfter: true });
    return more && !messages.some((message) => message.threadSeq === 0n);
  };
  return {
    async loadOlder() {
      for (let pages = 0; pages < THREAD_PAGES; pages++) if (!(await older())) return;
    },
    async jumpTo(messageSeq) {
      const is = ({ message }: ChatMessage) => message.seq === messageSeq;
      const { jump, messages: live } = room.get().chat;
      if (jump?.messages.some(is)) return true;
      if (saved(live).some(is)) {
        room.apply({ kind: "jump-left" });
        return true;
      }
      const page = await chat.listMessages({ roomId, aroundSeq: messageSeq, pageSize: PAGE });
      if (!page.messages.some(({ seq }) => seq === messageSeq)) return false;
      const { messages, more, moreAfter } = page;
      room.apply({ kind: "jump-loaded", at: "around", messages, more, moreAfter });
      return true;
    },
    async loadNewer() {
      const { jump } = room.get().chat;
      const afterSeq = jump?.messages.at(-1)?.message.seq;
      if (afterSeq === undefined) return;
      const { messages, moreAfter } = await chat.listMessages({ roomId, afterSeq, pageSize: PAGE });
      room.apply({ kind: "jump-loaded", at: "after", messages, more: true, moreAfter });
    },
    toLatest: () => room.apply({ kind: "jump-left" }),
  };
}
