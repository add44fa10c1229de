// A room's talk told a second time, as plainly as can be: from the whole log at once, for one reader.
//
// Neighbours: `talk.test` holds the reducer against it. It knows what the server knows and nothing of windows, counts kept or
// messages on their way.

import { create } from "@bufbuild/protobuf";
import { larger } from "../../larger.js";
import {
  CursorSchema,
  type Member,
  type Message,
  MessageState,
  type Receipt,
  ReceiptSchema,
  Role,
  type RoomEvent,
  type RoomSnapshot,
  RoomSnapshotSchema,
} from "../../proto.js";
import { room } from "../../testing/builders.js";

/** Most messages of a snapshot. */
export const NEWEST = 100;

/** What the room looks like to a member after these events, as a snapshot would say. */
export function told(events: readonly RoomEvent[], members: readonly Member[], reader: Member): RoomSnapshot {
  const messages = new Map<bigint, Message>();
  const marks = new Map(members.map(({ userId }) => [userId, create(ReceiptSchema, { userId })]));
  const hands = new Map<string, bigint>();
  let pins: bigint[] = [];
  let [pendingCount, reportCount, hidden] = [0, 0, false];
  const pending = new Set<bigint>();
  for (const { event, seq, timeMs } of events) {
    switch (event.case) {
      case "messageSent":
        if (event.value.message) messages.set(seq, { ...event.value.message, threadCount: 0 });
        break;
      case "messageHeld":
        pendingCount += 1;
        pending.add(seq);
        if (event.value.message?.authorId === reader.userId) messages.set(seq, event.value.message);
        break;
      case "messageResolved": {
        const { messageSeq, state, message } = event.value;
        if (pending.delete(messageSeq)) pendingCount -= 1;
        messages.delete(messageSeq);
        pins = pins.filter((pin) => pin !== messageSeq);
        if (state === MessageState.PUBLISHED && message) messages.set(messageSeq, message);
        break;
      }
      case "messageEdited": {
        const { messageSeq, text, mentionUserIds, mentionsRoom } = event.value;
        const before = messages.get(messageSeq);
        if (!before) break;
        const editCount = before.editCount + 1;
        messages.set(messageSeq, { ...before, text, mentionUserIds, mentionsRoom, editCount, editTimeMs: timeMs });
        break;
      }
      case "messageDeleted": {
        const before = messages.get(event.value.messageSeq);
        if (!before) break;
        const { link, question, sealed, ...rest } = before;
        const empty = { text: "", mentionUserIds: [], mentionsRoom: false, attachments: [], reactions: [] };
        messages.set(before.seq, { ...rest, ...empty, deleteTimeMs: timeMs });
        pins = pins.filter((pin) => pin !== before.seq);
        break;
      }
      case "pinChanged": {
        const { messageSeq, present } = event.value;
        pins = pins.filter((pin) => pin !== messageSeq);
        const before = messages.get(messageSeq);
        if (before) messages.set(messageSeq, { ...before, pinTimeMs: timeMs });
        if (present) pins.unshift(messageSeq);
        break;
      }
      case "messagesExpired":
        for (const seq of messages.keys()) if (seq <= event.value.throughSeq) messages.delete(seq);
        pins = pins.filter((pin) => pin > event.value.throughSeq);
        break;
      case "receiptsMoved":
        for (const mark of event.value.receipts) marks.set(mark.userId, mark);
        break;
      case "receiptPrivacySet":
        if (event.value.userId === reader.userId) hidden = event.value.private;
        break;
      case "handChanged":
        if (event.value.raised) hands.set(event.value.userId, timeMs);
        else hands.delete(event.value.userId);
        break;
      case "messageReported":
        reportCount += 1;
        break;
      case "reportResolved":
        reportCount -= 1;
        break;
      default:
        break;
    }
  }
  const all = [...messages.values()].sort((a, b) => Number(a.seq - b.seq)).map((each) => whole(each, messages, pins));
  const readSeq = marks.get(reader.userId)?.readSeq ?? 0n;
  const unread = all.filter((each) => each.seq > readSeq && isUnread(each, reader));
  const shown = (each: Member) => ({ ...each, handTimeMs: hands.get(each.userId) ?? 0n });
  return create(RoomSnapshotSchema, {
    room: room(),
    cursor: create(CursorSchema, { roomId: room().id, epoch: 1n, seq: events.at(-1)?.seq ?? 0n }),
    me: shown(reader),
    members: members.map(shown),
    memberCount: members.length,
    messages: all.filter(({ state }) => state !== MessageState.REJECTED).slice(-NEWEST),
    pins: pins.flatMap((pin) => all.find(({ seq }) => seq === pin) ?? []),
    receipts: [...marks.values()].map((mark): Receipt => mark),
    receiptsPrivate: hidden,
    unread: { messageCount: unread.length, mentionCount: unread.filter((each) => mentions(each, reader)).length },
    pendingCount: reader.role >= Role.CO_HOST ? pendingCount : 0,
    reportCount,
  });
}

function whole(message: Message, messages: ReadonlyMap<bigint, Message>, pins: readonly bigint[]): Message {
  const answers = [...messages.values()].filter((each) => each.threadSeq === message.seq && isOut(each));
  const times = answers.map((each) => each.sendTimeMs);
  return {
    ...message,
    threadCount: answers.length,
    threadTimeMs: times.reduce(larger, 0n),
    pinTimeMs: pins.includes(message.seq) ? message.pinTimeMs : 0n,
  };
}

function isUnread(message: Message, reader: Member): boolean {
  return message.authorId !== reader.userId && message.deleteTimeMs === 0n && isOut(message);
}

function isOut({ state }: Message): boolean {
  return state === MessageState.UNSPECIFIED || state === MessageState.PUBLISHED;
}

function mentions({ mentionUserIds, mentionsRoom }: Message, { userId }: Member): boolean {
  return mentionsRoom || mentionUserIds.includes(userId);
}
