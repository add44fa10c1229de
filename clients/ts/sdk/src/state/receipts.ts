// Who has received and read what, and what the caller has not read.
//
// Neighbours: `reduce` brings events here, `snapshot` begins it, `local` has what is on show. Unread is counted as the server
// does, over the messages that this client knows, plus a number for those older than that.

import { create } from "@bufbuild/protobuf";
import { larger } from "../larger.js";
import {
  type Message,
  MessageState,
  type Receipt,
  ReceiptSchema,
  type RoomEvent,
  type RoomSnapshot,
  type Unread,
  UnreadSchema,
} from "../proto.js";
import type { ReceiptsView, RoomState } from "../types.js";
import type { ReceiptsModel } from "./model.js";

/** Most messages that are counted as unread. */
export const MAX_UNREAD = 1_000;

/** Marks of nobody. */
export function noReceipts(): ReceiptsView {
  return { own: create(ReceiptSchema), others: new Map(), private: false, unread: create(UnreadSchema) };
}

/** Marks and counts from a snapshot; what was shown here and not yet told counts on. */
export function receiptsFrom(before: RoomState, snapshot: RoomSnapshot): ReceiptsView {
  const ownId = snapshot.me?.userId ?? "";
  const others = new Map(snapshot.receipts.filter((each) => each.userId !== ownId).map((each) => [each.userId, each]));
  const own = snapshot.receipts.find((each) => each.userId === ownId) ?? create(ReceiptSchema, { userId: ownId });
  const { messageCount = 0, mentionCount = 0 } = snapshot.unread ?? {};
  const known = unreadOf(snapshot.messages, own.readSeq, ownId, messageCount);
  const first = snapshot.messages.find((message) => message.state !== MessageState.PENDING);
  const older = messageCount - known.size;
  const model: ReceiptsModel = counted({
    own,
    others,
    private: snapshot.receiptsPrivate,
    unread: create(UnreadSchema),
    known,
    knownFrom: older === 0 ? 0n : (first?.seq ?? 0n),
    older,
    olderMentions: mentionCount - mentionsIn(known),
  });
  const same = before.cursor?.epoch === snapshot.cursor?.epoch && before.me?.userId === snapshot.me?.userId;
  return same ? readUpTo(model, before.receipts.own.readSeq) : model;
}

/** The marks after an event of the room; the same object where it changes none. */
export function reduceReceipts(state: RoomState, { event }: RoomEvent): ReceiptsView {
  const { receipts } = state;
  const ownId = state.me?.userId;
  switch (event.case) {
    case "receiptsMoved":
      return moved(receipts, event.value.receipts, ownId);
    case "receiptPrivacySet": {
      const { userId, private: hidden } = event.value;
      return userId === ownId ? withPrivacy(receipts, hidden) : withoutReading(receipts, hidden ? userId : "");
    }
    case "memberLeft": {
      const others = new Map(receipts.others);
      return others.delete(event.value.userId) ? { ...receipts, others } : receipts;
    }
    case "messageSent": {
      const { message } = event.value;
      return message === undefined ? receipts : withMessage(receipts, message, ownId);
    }
    case "messageResolved": {
      const { message, messageSeq } = event.value;
      if (message !== undefined) return withMessage(receipts, message, ownId);
      return withKnown(receipts, (known) => known.delete(messageSeq));
    }
    case "messageEdited": {
      const { messageSeq, mentionUserIds, mentionsRoom } = event.value;
      const mentions = mentionsRoom || mentionUserIds.includes(ownId ?? "");
      return withKnown(receipts, (known) => known.has(messageSeq) && known.set(messageSeq, mentions));
    }
    case "messageDeleted":
      return withKnown(receipts, (known) => known.delete(event.value.messageSeq));
    case "messagesExpired":
      return expired(receipts, event.value.throughSeq);
    default:
      return receipts;
  }
}

/** Everything up to `seq` was read, on this device or another. */
export function readUpTo(receipts: ReceiptsModel, seq: bigint): ReceiptsView {
  if (seq <= receipts.own.readSeq) return receipts;
  const { own, known = new Map<bigint, boolean>(), knownFrom = 0n } = receipts;
  const deliveredSeq = larger(own.deliveredSeq, seq);
  const next: ReceiptsModel = {
    ...receipts,
    own: { ...own, readSeq: seq, deliveredSeq },
    known: new Map([...known].filter(([each]) => each > seq)),
  };
  // How many of those that this client has not seen are left, only the server can say.
  const exact = seq + 1n >= knownFrom;
  return counted(exact ? { ...next, older: 0, olderMentions: 0, inexact: false } : { ...next, inexact: true });
}

/** The server's word on the caller's marks, in answer to its own. */
export function acknowledged(receipts: ReceiptsModel, receipt: Receipt, unread: Unread): ReceiptsView {
  const next: ReceiptsModel = readUpTo(withDelivered(receipts, receipt), receipt.readSeq);
  // Where all that is unread is known here, the count here is newer than the answer.
  if (next.inexact !== true || next.own.readSeq > receipt.readSeq) return next;
  const known = next.known ?? new Map<bigint, boolean>();
  return counted({
    ...next,
    older: Math.max(0, unread.messageCount - known.size),
    olderMentions: Math.max(0, unread.mentionCount - mentionsIn(known)),
    inexact: false,
  });
}

/** Whether only the server can say how much is unread. */
export function isInexact(receipts: ReceiptsModel): boolean {
  return receipts.inexact === true;
}

/** The marks after some were told. */
export function moved(receipts: ReceiptsView, marks: readonly Receipt[], ownId: string | undefined): ReceiptsView {
  const others = new Map(receipts.others);
  let next = receipts;
  for (const mark of marks) {
    if (mark.userId === ownId) next = readUpTo(withDelivered(next, mark), mark.readSeq);
    else others.set(mark.userId, mark);
  }
  return { ...next, others };
}

function withDelivered(receipts: ReceiptsView, mark: Receipt): ReceiptsView {
  const { own } = receipts;
  if (mark.deliveredSeq <= own.deliveredSeq && own.userId !== "") return receipts;
  const deliveredSeq = larger(mark.deliveredSeq, own.deliveredSeq);
  return { ...receipts, own: { ...own, userId: mark.userId, deliveredSeq } };
}

function withPrivacy(receipts: ReceiptsView, hidden: boolean): ReceiptsView {
  const others = hidden
    ? new Map([...receipts.others].map(([id, mark]) => [id, { ...mark, readSeq: 0n }]))
    : receipts.others;
  return { ...receipts, private: hidden, others };
}

/** Somebody keeps its reading to itself from now on. */
function withoutReading(receipts: ReceiptsView, userId: string): ReceiptsView {
  const mark = receipts.others.get(userId);
  if (mark === undefined) return receipts;
  return { ...receipts, others: new Map(receipts.others).set(userId, { ...mark, readSeq: 0n }) };
}

function withMessage(receipts: ReceiptsModel, message: Message, ownId: string | undefined): ReceiptsView {
  if (message.seq <= receipts.own.readSeq || !isCounted(message, ownId)) return receipts;
  return withKnown(receipts, (known) => known.set(message.seq, isMention(message, ownId)));
}

function expired(receipts: ReceiptsModel, through: bigint): ReceiptsView {
  const { knownFrom = 0n, older = 0 } = receipts;
  const next = withKnown(receipts, (known) => {
    for (const seq of known.keys()) if (seq <= through) known.delete(seq);
    return true;
  });
  if (older === 0) return next;
  const exact = through + 1n >= knownFrom;
  return counted({ ...next, ...(exact ? { older: 0, olderMentions: 0 } : { inexact: true }) });
}

function withKnown(receipts: ReceiptsModel, change: (known: Map<bigint, boolean>) => unknown): ReceiptsView {
  const known = new Map(receipts.known);
  return change(known) ? counted({ ...receipts, known }) : receipts;
}

/** With the counts that follow, and no more messages remembered than are counted. */
function counted(receipts: ReceiptsModel): ReceiptsModel {
  const { known = new Map<bigint, boolean>(), older = 0, olderMentions = 0, unread } = receipts;
  const messageCount = Math.min(MAX_UNREAD, Math.max(0, older) + known.size);
  const mentionCount = Math.min(messageCount, Math.max(0, olderMentions) + mentionsIn(known));
  const next =
    unread.messageCount === messageCount && unread.mentionCount === mentionCount
      ? receipts
      : { ...receipts, unread: create(UnreadSchema, { messageCount, mentionCount }) };
  if (known.size <= MAX_UNREAD) return next;
  const [first] = [...known.keys()].sort((a, b) => (a < b ? -1 : 1));
  if (first === undefined) return next;
  const mention = known.get(first) === true;
  const kept = new Map(known);
  kept.delete(first);
  return {
    ...next,
    known: kept,
    knownFrom: first + 1n,
    older: older + 1,
    olderMentions: olderMentions + Number(mention),
  };
}

/** The newest ones that count: who came in later has less to read than there is. */
function unreadOf(
  messages: readonly Message[],
  readSeq: bigint,
  ownId: string,
  most: number,
): ReadonlyMap<bigint, boolean> {
  const unread = messages.filter((message) => message.seq > readSeq && isCounted(message, ownId));
  const newest = most === 0 ? [] : unread.slice(-most);
  return new Map(newest.map((message) => [message.seq, isMention(message, ownId)]));
}

/** The oldest message that is unread and known here; 0 if none is. */
export function firstUnread({ known }: ReceiptsModel): bigint {
  let first = 0n;
  for (const seq of known?.keys() ?? []) if (first === 0n || seq < first) first = seq;
  return first;
}

/** Whether a message is one that the server counts: by somebody else, standing, and out. */
function isCounted(message: Message, ownId: string | undefined): boolean {
  const { authorId, deleteTimeMs, state } = message;
  const out = state === MessageState.UNSPECIFIED || state === MessageState.PUBLISHED;
  return authorId !== ownId && deleteTimeMs === 0n && out;
}

function isMention({ mentionUserIds, mentionsRoom }: Message, ownId: string | undefined): boolean {
  return mentionsRoom || mentionUserIds.includes(ownId ?? "");
}

function mentionsIn(known: ReadonlyMap<bigint, boolean>): number {
  let mentions = 0;
  for (const mention of known.values()) mentions += Number(mention);
  return mentions;
}
