// The lists of messages of a room: up to the newest, in threads, around one that was jumped to, and the pins.
//
// Neighbours: `reduce` brings the server's events here, `local` what this client reads and sends; `chat` has the lists
// themselves. Whatever changes a message changes it in all of them.

import { larger } from "../larger.js";
import { type Message, MessageState, type RoomEvent } from "../proto.js";
import type { ChatMessage, ChatView, MessagePage, RoomState, TalkEffect } from "../types.js";
import {
  changed,
  deleted,
  edited,
  MAX_LOADED_MESSAGES,
  MAX_MESSAGES,
  mergeOlder,
  mergeSaved,
  messageSent,
  reacted,
  savedEntries,
  upserted,
} from "./chat.js";
import { stoppedTyping } from "./signals.js";

/** Threads that are kept; the one read longest ago goes first. */
export const MAX_THREADS = 8;

/** The chat after an event of it; the same object where it is none. */
export function reduceChat(state: RoomState, { event, timeMs }: RoomEvent): ChatView {
  const { chat } = state;
  switch (event.case) {
    case "messageSent":
    case "messageHeld": {
      const { message } = event.value;
      const ownId = state.me?.userId;
      // What others have waiting is no part of the chat yet: hosts have a list of it.
      const waits = event.case === "messageHeld" && message?.authorId !== ownId;
      return message === undefined || waits ? chat : arrived(chat, message, ownId);
    }
    case "messageResolved": {
      const { messageSeq, state: to, message } = event.value;
      return resolved(chat, messageSeq, to, message);
    }
    case "messageEdited": {
      const { value } = event;
      return everywhere(chat, value.messageSeq, (message) => edited(message, value, timeMs));
    }
    case "messageDeleted":
      return withoutPin(
        everywhere(chat, event.value.messageSeq, (message) => deleted(message, timeMs)),
        event.value.messageSeq,
      );
    case "reactionChanged": {
      const { value } = event;
      return everywhere(chat, value.messageSeq, (message) => reacted(message, value));
    }
    case "pinChanged":
      return pinned(chat, event.value.messageSeq, event.value.present ? timeMs : 0n);
    case "messagesExpired":
      return expired(chat, event.value.throughSeq);
    default:
      return chat;
  }
}

/** The chat after this client has read more of it. */
export function withRead(chat: ChatView, effect: TalkEffect): ChatView {
  switch (effect.kind) {
    case "messages-loaded":
      return { ...chat, messages: mergeOlder(chat.messages, effect.messages), more: effect.more };
    case "thread-loaded": {
      const { threadSeq, root, messages, more } = effect;
      const before = chat.threads.get(threadSeq);
      const known = root ?? before?.root ?? find(chat, threadSeq);
      // The first page begins it anew: what came since is in it.
      const older = before !== undefined && messages.length > 0 && before.messages.length > 0;
      const page: MessagePage = {
        messages: older ? mergeSaved(before.messages, messages) : savedEntries(messages),
        more,
        moreAfter: older ? before.moreAfter : false,
        ...(known === undefined ? {} : { root: known }),
      };
      const threads = new Map(chat.threads);
      threads.delete(threadSeq);
      threads.set(threadSeq, cut(page, "end"));
      for (const oldest of threads.keys()) {
        if (threads.size <= MAX_THREADS) break;
        threads.delete(oldest);
      }
      return { ...chat, threads };
    }
    case "jump-loaded":
      return jumped(chat, effect);
    case "jump-left": {
      const { jump, ...rest } = chat;
      return jump === undefined ? chat : rest;
    }
    case "pins-loaded":
      return { ...chat, pins: effect.pins, pinsMissing: false };
    default:
      return chat;
  }
}

/** A message as far as it is known here. */
export function find(chat: ChatView, seq: bigint): Message | undefined {
  for (const list of [chat, chat.jump, ...chat.threads.values()]) {
    const entry = list?.messages.find((each) => each.status === "saved" && each.message.seq === seq);
    if (entry !== undefined) return entry.message;
  }
  for (const { root } of chat.threads.values()) if (root?.seq === seq) return root;
  return chat.pins.find((each) => each.seq === seq);
}

function arrived(chat: ChatView, message: Message, ownId: string | undefined): ChatView {
  const messages = messageSent(chat.messages, message, ownId);
  const next = stoppedTyping(messages === chat.messages ? chat : { ...chat, messages }, message.authorId);
  // More than fit: what fell off the old end can be read again. One that was on its way and is saved now did not.
  const first = chat.messages[0]?.key;
  const kept = first === undefined || messages.some(({ key }) => key === first);
  const bounded = chat.more || kept ? next : { ...next, more: true };
  return inThread(inPages(bounded, message), message);
}

/** A page takes in a message that lies within it, or follows it where nothing is between. */
function inPages(chat: ChatView, message: Message): ChatView {
  const { jump } = chat;
  const page = jump && taken(jump, message);
  const thread = message.threadSeq === 0n ? undefined : chat.threads.get(message.threadSeq);
  const next = thread && taken(thread, message);
  if (page === jump && next === thread) return chat;
  return {
    ...chat,
    ...(page === undefined ? {} : { jump: page }),
    ...(next === undefined ? {} : { threads: new Map(chat.threads).set(message.threadSeq, next) }),
  };
}

function taken(page: MessagePage, message: Message): MessagePage {
  const [first, last] = [page.messages[0]?.message.seq, page.messages.at(-1)?.message.seq];
  const before = first !== undefined && message.seq < first;
  const behind = last === undefined || message.seq > last;
  if ((before && page.more) || (behind && page.moreAfter)) return page;
  return cut({ ...page, messages: upserted(page.messages, message) }, "end");
}

/** The thread of a message grew by it. */
function inThread(chat: ChatView, message: Message): ChatView {
  if (message.threadSeq === 0n || !isPublished(message)) return chat;
  return everywhere(chat, message.threadSeq, (root) => ({
    ...root,
    threadCount: root.threadCount + 1,
    threadTimeMs: larger(message.sendTimeMs, root.threadTimeMs),
  }));
}

function resolved(chat: ChatView, seq: bigint, to: MessageState, message: Message | undefined): ChatView {
  if (to === MessageState.ARCHIVED) return withdrawn(chat, seq);
  if (message === undefined) return everywhere(chat, seq, (known) => ({ ...known, state: to }));
  const first = firstSeq(chat.messages);
  const known = find(chat, seq);
  const next = everywhere(chat, seq, () => message);
  const reaches = known !== undefined || first === undefined || message.seq > first || !chat.more;
  const within = inPages(reaches ? { ...next, messages: upserted(next.messages, message) } : next, message);
  return known === undefined || known.state === MessageState.PENDING ? inThread(within, message) : within;
}

/** A message was put aside: as if it had not been sent. */
function withdrawn(chat: ChatView, seq: bigint): ChatView {
  const threadSeq = find(chat, seq)?.threadSeq ?? 0n;
  const rest = withoutPin(
    everywhere(chat, seq, () => undefined),
    seq,
  );
  return threadSeq === 0n
    ? rest
    : everywhere(rest, threadSeq, (root) => ({ ...root, threadCount: Math.max(0, root.threadCount - 1) }));
}

function pinned(chat: ChatView, seq: bigint, timeMs: bigint): ChatView {
  const next = everywhere(chat, seq, (message) => ({ ...message, pinTimeMs: timeMs }));
  const rest = next.pins.filter((each) => each.seq !== seq);
  if (timeMs === 0n) return { ...next, pins: rest };
  const message = find(next, seq);
  return message === undefined ? { ...next, pinsMissing: true } : { ...next, pins: [message, ...rest] };
}

function withoutPin(chat: ChatView, seq: bigint): ChatView {
  const pins = chat.pins.filter((each) => each.seq !== seq);
  return pins.length === chat.pins.length ? chat : { ...chat, pins };
}

function expired(chat: ChatView, through: bigint): ChatView {
  const stands = ({ status, message }: ChatMessage) => status !== "saved" || message.seq > through;
  const page = (before: MessagePage): MessagePage => ({
    ...before,
    messages: before.messages.filter(stands),
    more: false,
  });
  const messages = chat.messages.filter(stands);
  const first = messages.find((each) => each.status === "saved")?.message.seq;
  return {
    ...chat,
    messages,
    // Where the rest lies behind what has gone there is nothing more to read.
    more: chat.more && messages.length === chat.messages.length && first !== undefined,
    pins: chat.pins.filter((each) => each.seq > through),
    threads: new Map([...chat.threads].filter(([root]) => root > through).map(([root, each]) => [root, page(each)])),
    ...(chat.jump === undefined ? {} : { jump: page(chat.jump) }),
  };
}

function jumped(chat: ChatView, effect: TalkEffect & { kind: "jump-loaded" }): ChatView {
  const { at, messages, more, moreAfter } = effect;
  const before = at === "around" ? undefined : chat.jump;
  const page: MessagePage = {
    messages: before === undefined ? savedEntries(messages) : mergeSaved(before.messages, messages),
    more: at === "after" && before !== undefined ? before.more : more,
    moreAfter: at === "before" && before !== undefined ? before.moreAfter : moreAfter,
  };
  const last = page.messages.at(-1)?.message.seq ?? 0n;
  const first = firstSeq(chat.messages);
  if (page.moreAfter && (first === undefined || last < first)) {
    return { ...chat, jump: cut(page, at === "before" ? "begin" : "end") };
  }
  // It has reached the newest: one list again.
  const { jump, ...rest } = chat;
  const joined = mergeOlder(
    chat.messages,
    page.messages.map((each) => each.message),
  );
  const saved = joined.filter((each) => each.status === "saved").length;
  return { ...rest, messages: joined, more: page.more || saved >= MAX_LOADED_MESSAGES };
}

/** At most so many, those at this end. */
function cut(page: MessagePage, end: "begin" | "end"): MessagePage {
  if (page.messages.length <= MAX_MESSAGES) return page;
  return end === "begin"
    ? { ...page, messages: page.messages.slice(0, MAX_MESSAGES), moreAfter: true }
    : { ...page, messages: page.messages.slice(-MAX_MESSAGES), more: true };
}

/** A message changed wherever it is known, or taken out where `to` gives none. */
function everywhere(chat: ChatView, seq: bigint, to: (message: Message) => Message | undefined): ChatView {
  const messages = changed(chat.messages, seq, to);
  const pins = chat.pins.flatMap((each) => (each.seq === seq ? (to(each) ?? []) : each));
  const jump = chat.jump && inPage(chat.jump, seq, to);
  const threads = new Map([...chat.threads].map(([root, page]) => [root, inPage(page, seq, to)]));
  const sameThreads = [...threads].every(([root, page]) => page === chat.threads.get(root));
  const samePins = pins.length === chat.pins.length && pins.every((each, at) => each === chat.pins[at]);
  if (messages === chat.messages && samePins && sameThreads && jump === chat.jump) return chat;
  return {
    ...chat,
    messages,
    pins: samePins ? chat.pins : pins,
    threads: sameThreads ? chat.threads : threads,
    ...(jump === undefined ? {} : { jump }),
  };
}

function inPage(page: MessagePage, seq: bigint, to: (message: Message) => Message | undefined): MessagePage {
  const messages = changed(page.messages, seq, to);
  const root = page.root?.seq === seq ? to(page.root) : page.root;
  if (messages === page.messages && root === page.root) return page;
  const { root: before, ...rest } = page;
  return { ...rest, messages, ...(root === undefined ? {} : { root }) };
}

/** Where the messages begin that are known without a hole: own ones that wait are told whatever their age. */
export function firstSeq(messages: readonly ChatMessage[]): bigint | undefined {
  return messages.find(({ status, message }) => status === "saved" && message.state !== MessageState.PENDING)?.message
    .seq;
}

function isPublished(message: Message): boolean {
  return message.state === MessageState.UNSPECIFIED || message.state === MessageState.PUBLISHED;
}
