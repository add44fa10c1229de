// Talk folded event by event, against the same log read at once; and what only this client does in between.

import { create } from "@bufbuild/protobuf";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  ConnectResponseSchema,
  MessageSchema,
  MessageState,
  NotificationKind,
  Role,
  type RoomEvent,
  RoomEventSchema,
  RoomKind,
  type RoomSnapshot,
} from "../proto.js";
import { member, message, room, roomState, SAMPLE_ROOM_ID } from "../testing/builders.js";
import type { RoomState } from "../types.js";
import { applyLocal, emptyRoom, reduceRoom } from "./index.js";
import { told } from "./judge/log.js";

type Happens = RoomEvent["event"];

const ROOM = SAMPLE_ROOM_ID;
const NAMES = ["ada", "grace", "zoe"];

const saidBy = (userId: string, change: object = {}) => ({ ...change, authorId: userId, text: "hi" });

/** One thing that happens; `pick` chooses among the messages that there are. */
const STEP = fc.record({
  kind: fc.constantFrom(
    ...(["say", "say", "say", "answer", "hold", "publish", "reject", "archive", "edit", "delete"] as const),
    ...(["pin", "unpin", "react", "read", "read", "private", "hand", "report", "close", "expire", "cast"] as const),
  ),
  who: fc.constantFrom(...NAMES),
  pick: fc.nat(1_000),
  mention: fc.boolean(),
});

type Step = typeof STEP extends fc.Arbitrary<infer S> ? S : never;

/** What a server would make of the steps, as `reader` hears it. */
function logOf(steps: readonly Step[], reader: string, host: boolean): RoomEvent[] {
  const log: RoomEvent[] = [];
  const out: bigint[] = [];
  const threads = new Map<bigint, bigint>();
  const waiting: bigint[] = [];
  const authors = new Map<bigint, string>();
  const gone = new Set<bigint>();
  const pinned = new Set<bigint>();
  const read = new Map<string, bigint>();
  const handUp = new Set<string>();
  let reports = 0;
  for (const { kind, who, pick, mention } of steps) {
    const seq = BigInt(log.length + 1);
    const timeMs = 1_000n * seq;
    const standing = out.filter((each) => !gone.has(each));
    const [some, held] = [standing[pick % Math.max(1, standing.length)], waiting[pick % Math.max(1, waiting.length)]];
    const said = (change: object = {}) =>
      create(MessageSchema, {
        ...saidBy(who, change),
        ...{ seq, sendTimeMs: timeMs, mentionsRoom: mention, mentionUserIds: pick % 3 === 0 ? [reader] : [] },
      });
    const happens = (): Happens | undefined => {
      switch (kind) {
        case "say":
          out.push(seq);
          return { case: "messageSent", value: { $typeName: "trivium.v1.MessageSent", message: said() } };
        case "answer": {
          if (some === undefined || threads.has(some)) return undefined;
          out.push(seq);
          threads.set(seq, some);
          const message = said({ threadSeq: some });
          return { case: "messageSent", value: { $typeName: "trivium.v1.MessageSent", message } };
        }
        case "hold": {
          waiting.push(seq);
          if (who !== reader && !host) return undefined;
          const message = said({ state: MessageState.PENDING });
          return { case: "messageHeld", value: { $typeName: "trivium.v1.MessageHeld", message } };
        }
        case "publish":
        case "reject": {
          if (held === undefined) return undefined;
          waiting.splice(waiting.indexOf(held), 1);
          const author = authors.get(held) ?? "";
          const state = kind === "publish" ? MessageState.PUBLISHED : MessageState.REJECTED;
          if (kind === "publish") out.push(held);
          else if (author !== reader && !host) return undefined;
          const text = { authorId: author, text: "hi", seq: held, sendTimeMs: 1_000n * held, state };
          const message = kind === "publish" ? { message: create(MessageSchema, text) } : {};
          const value = { $typeName: "trivium.v1.MessageResolved" as const, messageSeq: held, state, ...message };
          return { case: "messageResolved", value };
        }
        case "archive": {
          // One with a thread would take its count with it, which only the server knows.
          if (some === undefined || [...threads.values()].includes(some) || threads.has(some)) return undefined;
          gone.add(some);
          const state = MessageState.ARCHIVED;
          return {
            case: "messageResolved",
            value: { $typeName: "trivium.v1.MessageResolved", messageSeq: some, state },
          };
        }
        case "edit":
          if (some === undefined) return undefined;
          return {
            case: "messageEdited",
            value: {
              $typeName: "trivium.v1.MessageEdited",
              messageSeq: some,
              text: `edit ${pick}`,
              mentionUserIds: mention ? [reader] : [],
              mentionsRoom: false,
            },
          };
        case "delete":
          if (some === undefined) return undefined;
          gone.add(some);
          return {
            case: "messageDeleted",
            value: { $typeName: "trivium.v1.MessageDeleted", messageSeq: some, byHost: false },
          };
        case "pin":
        case "unpin": {
          const present = kind === "pin";
          if (some === undefined || pinned.has(some) === present) return undefined;
          if (present) pinned.add(some);
          else pinned.delete(some);
          return { case: "pinChanged", value: { $typeName: "trivium.v1.PinChanged", messageSeq: some, present } };
        }
        case "read": {
          const readSeq = BigInt(pick) % seq;
          if (readSeq <= (read.get(who) ?? 0n)) return undefined;
          read.set(who, readSeq);
          const receipts = [{ $typeName: "trivium.v1.Receipt" as const, userId: who, readSeq, deliveredSeq: readSeq }];
          return { case: "receiptsMoved", value: { $typeName: "trivium.v1.ReceiptsMoved", receipts } };
        }
        case "hand": {
          const raised = !handUp.has(who);
          if (raised) handUp.add(who);
          else handUp.delete(who);
          return { case: "handChanged", value: { $typeName: "trivium.v1.HandChanged", userId: who, raised } };
        }
        case "report":
          if (!host) return undefined;
          reports += 1;
          return { case: "messageReported", value: { $typeName: "trivium.v1.MessageReported" } };
        case "close":
          if (!host || reports === 0) return undefined;
          reports -= 1;
          return {
            case: "reportResolved",
            value: { $typeName: "trivium.v1.ReportResolved", reportSeq: 1n, resolution: 1 },
          };
        case "expire": {
          if (pick % 10 !== 0 || standing.length === 0) return undefined;
          const throughSeq = standing[Math.floor(standing.length / 2)] ?? 0n;
          for (const each of out) if (each <= throughSeq) gone.add(each);
          for (const each of waiting.filter((one) => one <= throughSeq)) waiting.splice(waiting.indexOf(each), 1);
          // Threads begun by what has gone go on without a root.
          for (const [answer, root] of threads) if (root <= throughSeq) gone.add(answer);
          return undefined;
        }
        case "react":
        case "private":
        case "cast":
          return {
            case: "broadcastSent",
            value: { $typeName: "trivium.v1.BroadcastSent", event: "e", payloadJson: "1" },
          };
      }
    };
    authors.set(seq, who);
    const event = happens() ?? { case: undefined };
    log.push(create(RoomEventSchema, { roomId: ROOM, seq, timeMs, actorId: who, event }));
  }
  return log;
}

const response = (event: RoomEvent) => create(ConnectResponseSchema, { response: { case: "event", value: event } });
const fold = (state: RoomState, events: readonly RoomEvent[]) =>
  events.reduce((before, event) => reduceRoom(before, response(event), 0), state);
const begin = (snapshot: RoomSnapshot) =>
  reduceRoom(emptyRoom(ROOM), create(ConnectResponseSchema, { response: { case: "reset", value: { snapshot } } }), 0);

/** What has to be the same, however it came about. */
function comparable({ chat, receipts, hands, moderation, members }: RoomState) {
  const shown = chat.messages.filter(({ message: { state } }) => state !== MessageState.REJECTED);
  return {
    messages: shown.map((each) => each.message),
    pins: chat.pins,
    unread: receipts.unread,
    own: receipts.own.readSeq,
    others: [...receipts.others].filter(([, mark]) => mark.deliveredSeq > 0n).sort(),
    hands,
    waiting: [moderation.pendingCount, moderation.reportCount],
    members: [...members.values()],
  };
}

test.each([false, true])("a fold comes to the same from wherever it begins (host: %s)", (host) => {
  fc.assert(
    fc.property(fc.array(STEP, { maxLength: 80 }), fc.nat(80), fc.constantFrom(...NAMES), (steps, cut, reader) => {
      const members = NAMES.map((name) => member(name, { role: host && name === reader ? Role.HOST : Role.MEMBER }));
      const me = members.find(({ userId }) => userId === reader);
      if (me === undefined) throw new Error("the reader is a member");
      const log = logOf(steps, reader, host);
      const at = Math.min(cut, log.length);
      const folded = fold(begin(told(log.slice(0, at), members, me)), log.slice(at));
      const whole = begin(told(log, members, me));
      // Of pending ones that were told before, a host knows the number only.
      expect(comparable(folded)).toEqual(comparable(whole));
    }),
    { numRuns: 300 },
  );
});

const said = (seq: bigint, change: object = {}): RoomEvent =>
  create(RoomEventSchema, {
    roomId: ROOM,
    seq,
    timeMs: seq,
    event: {
      case: "messageSent",
      value: { message: create(MessageSchema, { ...saidBy("grace", change), seq, sendTimeMs: seq }) },
    },
  });
const happened = (seq: bigint, event: Happens): RoomEvent =>
  create(RoomEventSchema, { roomId: ROOM, seq, timeMs: seq, event });

test("what is on show counts at once, and over a snapshot that does not know of it", () => {
  const state = fold(roomState({ as: "ada" }), [said(21n), said(22n, { mentionUserIds: ["ada"] }), said(23n)]);
  expect(state.receipts.unread).toMatchObject({ messageCount: 3, mentionCount: 1 });
  const read = applyLocal(state, { kind: "read", seq: 22n });
  expect(read.receipts.unread).toMatchObject({ messageCount: 1, mentionCount: 0 });
  expect(applyLocal(read, { kind: "read", seq: 21n })).toBe(read);
  const members = [...state.members.values()];
  const me = state.members.get("ada");
  if (me === undefined) throw new Error("ada is a member");
  const snapshot = told([said(21n), said(22n), said(23n)], members, me);
  const reset = create(ConnectResponseSchema, { response: { case: "reset", value: { snapshot } } });
  expect(reduceRoom(read, reset, 0).receipts.unread.messageCount).toBe(1);
});

test("of those who came in late only what came since counts", () => {
  const members = [...roomState().members.values()];
  const me = member("ada");
  const snapshot = told([said(1n), said(2n), said(3n)], members, me);
  const late = { ...snapshot, unread: { $typeName: "trivium.v1.Unread" as const, messageCount: 1, mentionCount: 0 } };
  const state = begin(late);
  expect(state.receipts.unread.messageCount).toBe(1);
  expect(fold(state, [said(4n)]).receipts.unread.messageCount).toBe(2);
  expect(applyLocal(state, { kind: "read", seq: 2n }).receipts.unread.messageCount).toBe(1);
  expect(applyLocal(state, { kind: "read", seq: 3n }).receipts.unread.messageCount).toBe(0);
});

test("what was read elsewhere, further back than is known here, is asked of the server", () => {
  const members = [...roomState().members.values()];
  const many = Array.from({ length: 150 }, (_, n) => said(BigInt(n + 1)));
  const state = begin(told(many, members, member("ada")));
  expect(state.receipts.unread.messageCount).toBe(150);
  const receipt = { $typeName: "trivium.v1.Receipt" as const, userId: "ada", deliveredSeq: 150n, readSeq: 20n };
  const receipts = {
    case: "receiptsMoved" as const,
    value: { $typeName: "trivium.v1.ReceiptsMoved" as const, receipts: [receipt] },
  };
  const moved = fold(state, [happened(151n, receipts)]);
  expect(moved.receipts.unread.messageCount).toBe(150);
  const unread = { $typeName: "trivium.v1.Unread" as const, messageCount: 130, mentionCount: 0 };
  const exact = applyLocal(moved, { kind: "acknowledged", receipt, unread });
  expect(exact.receipts.unread.messageCount).toBe(130);
  expect(applyLocal(exact, { kind: "read", seq: 120n }).receipts.unread.messageCount).toBe(30);
});

test("who keeps its reading to itself sees nobody else's", () => {
  const marks = ["ada", "grace"].map((userId) => ({
    ...{ $typeName: "trivium.v1.Receipt" as const, userId, deliveredSeq: 9n, readSeq: 9n },
  }));
  const privacy = (seq: bigint, userId: string): RoomEvent =>
    happened(seq, {
      case: "receiptPrivacySet",
      value: { $typeName: "trivium.v1.ReceiptPrivacySet", userId, private: true },
    });
  const state = fold(roomState({ as: "ada" }), [
    happened(21n, { case: "receiptsMoved", value: { $typeName: "trivium.v1.ReceiptsMoved", receipts: marks } }),
    privacy(22n, "ada"),
  ]);
  expect([state.receipts.private, state.receipts.others.get("grace")?.readSeq]).toEqual([true, 0n]);
  expect(state.receipts.own.readSeq).toBe(9n);
});

test("a thread that was read grows, and the message that began it counts", () => {
  const state = fold(roomState({ as: "ada" }), [said(21n), said(22n, { threadSeq: 21n })]);
  const read = applyLocal(state, {
    kind: "thread-loaded",
    threadSeq: 21n,
    messages: [message(22, "grace", "hi", { threadSeq: 21n })],
    more: false,
  });
  const grown = fold(read, [said(23n, { threadSeq: 21n }), said(24n)]);
  const thread = grown.chat.threads.get(21n);
  expect(thread?.messages.map((each) => each.message.seq)).toEqual([22n, 23n]);
  expect(thread?.root?.threadCount).toBe(2);
  expect(grown.chat.messages[0]?.message).toMatchObject({ threadCount: 2, threadTimeMs: 23n });
});

test("around a message: changes reach it, news do not, and pages join what is newest", () => {
  const page = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, n) => message(from + n, "grace", `m${from + n}`));
  const state = roomState({ as: "ada", chat: { ...roomState().chat, more: true } });
  const live = fold(state, [said(500n), said(501n)]);
  const around = applyLocal(live, {
    kind: "jump-loaded",
    at: "around",
    messages: page(100, 150),
    more: true,
    moreAfter: true,
  });
  const changed = fold(around, [
    happened(502n, {
      case: "messageDeleted",
      value: { $typeName: "trivium.v1.MessageDeleted", messageSeq: 120n, byHost: true },
    }),
    said(503n),
  ]);
  expect(changed.chat.jump?.messages.find(({ message: { seq } }) => seq === 120n)?.message.text).toBe("");
  expect(changed.chat.jump?.messages.at(-1)?.message.seq).toBe(150n);
  const after = applyLocal(changed, {
    kind: "jump-loaded",
    at: "after",
    messages: page(151, 499),
    more: true,
    moreAfter: true,
  });
  expect(after.chat.jump?.messages).toHaveLength(400);
  const joined = applyLocal(after, {
    ...{ kind: "jump-loaded" as const, at: "after" as const, more: true, moreAfter: false },
    messages: [message(500, "grace", "hi"), message(501, "grace", "hi")],
  });
  expect(joined.chat.jump).toBeUndefined();
  expect(joined.chat.messages.map((each) => each.message.seq)).toEqual(
    [...Array(402).keys()].map((n) => BigInt(n + 100)).concat(503n),
  );
});

test("a pin of a message that is not known here is to be read", () => {
  const pin = happened(21n, {
    case: "pinChanged",
    value: { $typeName: "trivium.v1.PinChanged", messageSeq: 3n, present: true },
  });
  const state = fold(roomState({ as: "ada" }), [pin]);
  expect(state.chat.pinsMissing).toBe(true);
  const read = applyLocal(state, { kind: "pins-loaded", pins: [message(3, "grace", "old")] });
  expect([read.chat.pinsMissing, read.chat.pins.length]).toEqual([false, 1]);
});

test("an own message that waits is shown, and stays with its key when it is published", () => {
  const key = "request-1";
  const own = create(MessageSchema, { authorId: "ada", text: "may I?" });
  const sending = applyLocal(roomState({ as: "ada" }), { kind: "message-sending", key, message: own });
  const held = create(MessageSchema, { ...own, seq: 21n, state: MessageState.PENDING });
  const waits = fold(sending, [
    happened(21n, { case: "messageHeld", value: { $typeName: "trivium.v1.MessageHeld", message: held } }),
  ]);
  expect(waits.chat.messages).toMatchObject([{ key, status: "saved", message: { state: MessageState.PENDING } }]);
  const published = { ...held, state: MessageState.PUBLISHED };
  const out = fold(waits, [
    happened(22n, {
      case: "messageResolved",
      value: {
        $typeName: "trivium.v1.MessageResolved",
        messageSeq: 21n,
        state: MessageState.PUBLISHED,
        message: published,
      },
    }),
  ]);
  expect(out.chat.messages).toMatchObject([{ key, status: "saved", message: { state: MessageState.PUBLISHED } }]);
  expect(out.receipts.unread.messageCount).toBe(0);
});

test("an inbox takes in what comes and what was read, on whatever device", () => {
  const notification = (seq: bigint) => ({
    ...{
      $typeName: "trivium.v1.Notification" as const,
      seq,
      kind: NotificationKind.MENTION,
      severity: 1,
      title: "t",
      text: "",
    },
    ...{
      link: "",
      roomId: "",
      messageSeq: 0n,
      actorId: "",
      actorName: "",
      createTimeMs: 0n,
      read: false,
      quiet: false,
    },
  });
  const snapshot = {
    ...told([], [member("ada")], member("ada")),
    room: room({ kind: RoomKind.INBOX }),
    notifications: [notification(2n), notification(1n)],
    notificationCount: 2,
  };
  const state = fold(begin(snapshot), [
    happened(3n, {
      case: "notificationAdded",
      value: { $typeName: "trivium.v1.NotificationAdded", notification: notification(3n), unreadCount: 3 },
    }),
    happened(4n, {
      case: "notificationsRead",
      value: { $typeName: "trivium.v1.NotificationsRead", throughSeq: 1n, seqs: [3n], unreadCount: 1 },
    }),
  ]);
  expect(state.inbox?.notifications.map(({ seq, read }) => [seq, read])).toEqual([
    [3n, true],
    [2n, false],
    [1n, true],
  ]);
  expect(state.inbox?.unreadCount).toBe(1);
});

test("a mute is told to who is under it, and taken back", () => {
  const mute = {
    ...{ $typeName: "trivium.v1.Mute" as const, userId: "ada", expireTimeMs: 0n, reason: "loud", actorId: "host" },
    createTimeMs: 1n,
  };
  const muted = fold(roomState({ as: "ada" }), [
    happened(21n, { case: "memberMuted", value: { $typeName: "trivium.v1.MemberMuted", mute } }),
  ]);
  expect([muted.me?.mute?.reason, muted.members.get("ada")?.mute?.reason]).toEqual(["loud", "loud"]);
  const again = fold(muted, [
    happened(22n, { case: "memberUnmuted", value: { $typeName: "trivium.v1.MemberUnmuted", userId: "ada" } }),
  ]);
  expect([again.me?.mute, again.members.get("ada")?.mute]).toEqual([undefined, undefined]);
});
