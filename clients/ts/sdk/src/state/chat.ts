// Lists of messages: bounded, in order, each shown once.
//
// Neighbours: `timeline` keeps a room's lists with these. Saved messages come first, in the order of their numbers; what is
// still being sent, or has failed, stands behind them.

import type { Message, MessageEdited, Reaction, ReactionChanged } from "../proto.js";
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
      ? entries.find((each) => each.status === "sending" && isSame(each.message, message))
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

/** A message after its text changed. */
export function edited(message: Message, event: MessageEdited, timeMs: bigint): Message {
  return {
    ...message,
    text: event.text,
    editTimeMs: timeMs,
    editCount: message.editCount + 1,
    mentionUserIds: event.mentionUserIds,
    mentionsRoom: event.mentionsRoom,
  };
}

/** A message that was taken away: it stays, without all that it said. */
export function deleted(message: Message, timeMs: bigint): Message {
  const { link, question, sealed, ...rest } = message;
  return {
    ...rest,
    text: "",
    deleteTimeMs: timeMs,
    reactions: [],
    mentionUserIds: [],
    mentionsRoom: false,
    attachments: [],
    pinTimeMs: 0n,
  };
}

/** A message after a reaction was put or taken back. */
export function reacted(message: Message, event: ReactionChanged): Message {
  return { ...message, reactions: reactions(message.reactions, event) };
}

/** Saved messages as entries of a list, each in its place; those that are there already stay as they are. */
export function mergeSaved(entries: readonly ChatMessage[], messages: readonly Message[]): readonly ChatMessage[] {
  const known = new Set(entries.filter((each) => each.status === "saved").map((each) => each.message.seq));
  const fresh = savedEntries(messages.filter((each) => !known.has(each.seq)));
  return fresh.length === 0 ? entries : sorted([...fresh, ...entries]);
}

/** A saved message in its place, or in the place of what was known of it. */
export function upserted(entries: readonly ChatMessage[], message: Message): readonly ChatMessage[] {
  const at = entries.findIndex((each) => isSaved(each, message.seq));
  const entry = entries[at];
  return entry === undefined ? mergeSaved(entries, [message]) : entries.with(at, { ...entry, message });
}

/** One saved message changed, or taken out where `to` gives none; the same list where it is not there. */
export function changed(
  entries: readonly ChatMessage[],
  seq: bigint,
  to: (message: Message) => Message | undefined,
): readonly ChatMessage[] {
  const at = entries.findIndex((each) => isSaved(each, seq));
  const entry = entries[at];
  if (entry === undefined) return entries;
  const message = to(entry.message);
  if (message === entry.message) return entries;
  return message === undefined ? entries.toSpliced(at, 1) : entries.with(at, { ...entry, message });
}

/** Older messages in front of those that are there. */
export function mergeOlder(entries: readonly ChatMessage[], older: readonly Message[]): readonly ChatMessage[] {
  const merged = mergeSaved(entries, older);
  return merged === entries ? entries : newest(merged, MAX_LOADED_MESSAGES);
}

/** Whether the server's message is most likely the one that waits for its answer. */
function isSame(own: Message, saved: Message): boolean {
  if (own.sealed !== undefined || saved.sealed !== undefined)
    return sameBytes(own.sealed?.signature, saved.sealed?.signature);
  return own.text === saved.text && own.replyTo === saved.replyTo && own.threadSeq === saved.threadSeq;
}

function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a !== undefined && b !== undefined && a.length === b.length && a.every((byte, at) => byte === b[at]);
}

function keyOf(message: Message): string {
  return `m${message.seq}`;
}

/** Whether the entry is the saved message of this number. */
export function isSaved(entry: ChatMessage, seq: bigint): boolean {
  return entry.status === "saved" && entry.message.seq === seq;
}

function insertSaved(entries: readonly ChatMessage[], entry: ChatMessage): readonly ChatMessage[] {
  // Who has read further back keeps as much.
  const room = Math.max(MAX_MESSAGES, countSaved(entries));
  return newest(sorted([...entries.filter((each) => each.key !== entry.key), entry]), room);
}

function newest(entries: readonly ChatMessage[], most: number): readonly ChatMessage[] {
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
