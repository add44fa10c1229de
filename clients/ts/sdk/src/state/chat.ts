// The messages of a room: bounded, in order, each shown once.
//
// Neighbours: `reduce` brings the server's events here, `local` what this client is sending. Saved messages come first, in
// the order of their numbers; what is still being sent, or has failed, stands behind them.

import type { Message, MessageDeleted, MessageEdited, Reaction, ReactionChanged } from "../proto.js";
import type { ChatMessage } from "../types.js";

/** Saved messages kept as new ones come; the oldest go first. */
export const MAX_MESSAGES = 500;
/** Most saved messages kept when older ones are read. */
export const MAX_LOADED_MESSAGES = 2000;
/** Most users named behind a reaction, as the server has it. */
const MAX_NAMED = 20;

/** Entries of messages that the server has. */
export function savedEntries(messages: readonly Message[]): ChatMessage[] {
  return messages.map((message) => ({ key: keyOf(message), message, status: "saved" }));
}

/** A message was sent, by anybody. One of the caller's own takes the place of the entry that was waiting for it. */
export function messageSent(
  entries: readonly ChatMessage[],
  message: Message,
  ownId: string | undefined,
): readonly ChatMessage[] {
  if (entries.some((each) => isSaved(each, message.seq))) return entries;
  const waiting =
    message.authorId === ownId
      ? entries.find(
          (each) =>
            each.status === "sending" && each.message.text === message.text && each.message.replyTo === message.replyTo,
        )
      : undefined;
  return insertSaved(entries, { key: waiting?.key ?? keyOf(message), message, status: "saved" });
}

/** The server has answered a message of the caller's: it is saved, unless its event came first. */
export function settleSaved(entries: readonly ChatMessage[], key: string, message: Message): readonly ChatMessage[] {
  const own = entries.find((each) => each.key === key);
  if (own?.status === "saved") return entries;
  const known = entries.find((each) => isSaved(each, message.seq));
  if (known !== undefined) return own === undefined ? entries : exchange(entries, own, known);
  return insertSaved(entries, { key, message, status: "saved" });
}

/** The event of `own` came first and was not taken for it: now it is known which one it was. */
function exchange(entries: readonly ChatMessage[], own: ChatMessage, known: ChatMessage): readonly ChatMessage[] {
  // By its text the event was taken for another one that still waits for its own.
  const waits = known.key !== keyOf(known.message);
  return entries.flatMap((entry) => {
    if (entry === known) return [{ ...known, key: own.key }];
    if (entry === own) return waits ? [{ ...own, key: known.key }] : [];
    return [entry];
  });
}

/** The text of a message changed. */
export function messageEdited(
  entries: readonly ChatMessage[],
  event: MessageEdited,
  timeMs: bigint,
): readonly ChatMessage[] {
  return change(entries, event.messageSeq, (message) => ({ ...message, text: event.text, editTimeMs: timeMs }));
}

/** A message was taken away; its entry stays, without text. */
export function messageDeleted(
  entries: readonly ChatMessage[],
  event: MessageDeleted,
  timeMs: bigint,
): readonly ChatMessage[] {
  return change(entries, event.messageSeq, (message) => ({
    ...message,
    text: "",
    deleteTimeMs: timeMs,
    reactions: [],
  }));
}

/** A reaction was put or taken back. */
export function reactionChanged(entries: readonly ChatMessage[], event: ReactionChanged): readonly ChatMessage[] {
  return change(entries, event.messageSeq, (message) => ({
    ...message,
    reactions: reactions(message.reactions, event),
  }));
}

/** Older messages in front of those that are there. */
export function mergeOlder(entries: readonly ChatMessage[], older: readonly Message[]): readonly ChatMessage[] {
  const known = new Set(entries.filter((each) => each.status === "saved").map((each) => each.message.seq));
  const fresh = savedEntries(older.filter((each) => !known.has(each.seq)));
  if (fresh.length === 0) return entries;
  return newest(sorted([...fresh, ...entries]), MAX_LOADED_MESSAGES);
}

function keyOf(message: Message): string {
  return `m${message.seq}`;
}

function isSaved(entry: ChatMessage, seq: bigint): boolean {
  return entry.status === "saved" && entry.message.seq === seq;
}

function insertSaved(entries: readonly ChatMessage[], entry: ChatMessage): readonly ChatMessage[] {
  // Who has read further back keeps as much.
  const room = Math.max(MAX_MESSAGES, countSaved(entries));
  return newest(sorted([...entries.filter((each) => each.key !== entry.key), entry]), room);
}

function newest(entries: ChatMessage[], most: number): ChatMessage[] {
  const excess = countSaved(entries) - most;
  return excess > 0 ? entries.slice(excess) : entries;
}

function countSaved(entries: readonly ChatMessage[]): number {
  return entries.filter((each) => each.status === "saved").length;
}

function sorted(entries: ChatMessage[]): ChatMessage[] {
  // The sort is stable: what has no number yet keeps its order.
  return entries.sort((a, b) => {
    if (a.status !== "saved" || b.status !== "saved")
      return Number(a.status !== "saved") - Number(b.status !== "saved");
    return a.message.seq < b.message.seq ? -1 : a.message.seq > b.message.seq ? 1 : 0;
  });
}

function change(
  entries: readonly ChatMessage[],
  seq: bigint,
  to: (message: Message) => Message,
): readonly ChatMessage[] {
  const at = entries.findIndex((each) => isSaved(each, seq));
  const entry = entries[at];
  return entry === undefined ? entries : entries.with(at, { ...entry, message: to(entry.message) });
}

function reactions(before: readonly Reaction[], event: ReactionChanged): Reaction[] {
  const old = before.find((each) => each.emoji === event.emoji);
  const others = before.filter((each) => each !== old);
  if (event.count === 0) return others;
  const names = (old?.userIds ?? []).filter((id) => id !== event.userId);
  if (event.present) names.push(event.userId);
  const next: Reaction = {
    $typeName: "trivium.v1.Reaction",
    emoji: event.emoji,
    userIds: names.sort().slice(0, MAX_NAMED),
    count: event.count,
  };
  return [...others, next].sort((a, b) => b.count - a.count || byCodePoints(a.emoji, b.emoji));
}

/** The order of the server, which compares code points where JavaScript compares halves of them. */
function byCodePoints(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  const at = left.findIndex((char, index) => char !== right[index]);
  if (at < 0) return left.length - right.length;
  return (left[at]?.codePointAt(0) ?? -1) - (right[at]?.codePointAt(0) ?? -1);
}
