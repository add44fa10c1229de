// The hooks of talk over a room that sessions share without a server.

import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { act, cleanup, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import {
  AnnouncementSchema,
  ChatService,
  MessageSchema,
  MessageState,
  ModerationService,
  NotificationSchema,
  NotificationService,
  ReceiptSchema,
  ReceiptService,
  RoomKind,
} from "../proto.js";
import {
  chatMessage,
  type FakeSession,
  FakeTalk,
  fakeSession,
  message,
  room,
  roomState,
  SAMPLE_ROOM_ID,
  SAMPLE_TIME_MS,
} from "../testing/index.js";
import {
  TriviumProvider,
  useAnnouncements,
  useBroadcast,
  useConversations,
  useDraft,
  useFile,
  useHands,
  useHeld,
  useMessages,
  useModeration,
  useNotifications,
  useOnNotification,
  usePins,
  useReadOnShow,
  useReceipts,
  useSearch,
  useSeenBy,
  useThread,
  useTypingNames,
  useUnread,
} from "./index.js";
import { REFRESH_MS } from "./moderation.js";

const ROOM = SAMPLE_ROOM_ID;

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

/** A hook as somebody in the room sees it. */
function drawn<T>(session: FakeSession, hook: () => T) {
  const wrapper = ({ children }: { children: ReactNode }) => (
    <TriviumProvider session={session}>{children}</TriviumProvider>
  );
  return renderHook(hook, { wrapper });
}

/** What was asked for is answered. */
const settled = () => act(() => vi.advanceTimersByTimeAsync(0));

function two() {
  const talk = new FakeTalk(ROOM, 20n);
  const [ada, grace] = ["ada", "grace"].map((name) => {
    const session = fakeSession({ userId: name, rooms: [roomState({ as: name })] });
    talk.join(session);
    return session;
  });
  if (!ada || !grace) throw new Error("two people");
  return { talk, ada, grace };
}

const texts = (messages: readonly { message: { text: string } }[]) => messages.map((each) => each.message.text);

test("threads are read when they are looked at, and are no part of the messages", async () => {
  const { ada, grace } = two();
  const list = drawn(ada, () => useMessages(ROOM));
  await act(() => list.result.current.send("root"));
  const thread = drawn(ada, () => useThread(ROOM, 21n));
  await settled();
  expect([thread.result.current.root?.text, thread.result.current.loading]).toEqual(["root", false]);
  await act(() => thread.result.current.send("one"));
  const other = drawn(grace, () => useThread(ROOM, 21n));
  await settled();
  await act(() => other.result.current.send("two"));
  expect(texts(thread.result.current.messages)).toEqual(["one", "two"]);
  expect(texts(list.result.current.messages)).toEqual(["root"]);
  expect(list.result.current.messages[0]?.message.threadCount).toBe(2);
});

test("a thread that cannot be read says why, and a failed answer waits in it", async () => {
  const session = fakeSession({ rooms: [roomState({ as: "ada" })] });
  const thread = drawn(session, () => useThread(ROOM, 5n));
  await settled();
  expect(thread.result.current.loading).toBe(false);
  const talk = new FakeTalk(ROOM, 20n);
  talk.join(session);
  await settled();
  session.handle(ChatService.method.sendMessage, () => {
    throw new ConnectError("no", Code.PermissionDenied);
  });
  await act(() => thread.result.current.send("hello").catch(() => {}));
  expect(thread.result.current.messages).toMatchObject([{ status: "failed", message: { threadSeq: 5n } }]);
});

test("one may jump to a message, read on from there, and come back", async () => {
  const { talk, ada } = two();
  for (let seq = 1; seq <= 300; seq++) {
    const old = message(seq, "grace", `m${seq}`);
    if (seq <= 250) talk.messages.set(old.seq, old);
  }
  const newest = Array.from({ length: 50 }, (_, n) => message(n + 251, "grace", `m${n + 251}`));
  for (const each of newest) talk.messages.set(each.seq, each);
  ada.setRoom(ROOM, (state) => ({
    ...state,
    chat: { ...state.chat, more: true, messages: newest.map((each) => chatMessage(each)) },
  }));
  const { result } = drawn(ada, () => useMessages(ROOM));
  let found = false;
  await act(async () => {
    found = await result.current.jumpTo(100n);
  });
  expect([found, result.current.past, result.current.messages[0]?.message.seq]).toEqual([true, true, 75n]);
  await act(() => result.current.loadOlder());
  expect(result.current.messages[0]?.message.seq).toBe(25n);
  for (let pages = 0; pages < 3; pages++) await act(() => result.current.loadNewer());
  expect(result.current.past).toBe(false);
  expect(result.current.messages).toHaveLength(276);
  await act(async () => {
    found = await result.current.jumpTo(999n);
  });
  expect([found, result.current.past]).toEqual([false, false]);
  await act(() => result.current.jumpTo(10n).then(() => {}));
  act(() => result.current.toLatest());
  expect([result.current.past, result.current.messages.at(-1)?.message.seq]).toEqual([false, 300n]);
});

test("pins come and go, and one of long ago is read", async () => {
  const { ada } = two();
  ada.handle(ChatService.method.listPins, () => ({ messages: [message(3, "grace", "of old")] }));
  const { result } = drawn(ada, () => ({ pins: usePins(ROOM), list: useMessages(ROOM) }));
  await act(() => result.current.list.send("here"));
  await act(() => result.current.pins.pin(21n, true));
  expect(result.current.pins.pins.map(({ text }) => text)).toEqual(["here"]);
  await act(() => result.current.pins.pin(3n, true));
  await settled();
  expect(result.current.pins.pins.map(({ text }) => text)).toEqual(["of old"]);
});

test("unread is counted until it is on show", async () => {
  const { ada, grace } = two();
  const { result } = drawn(ada, () => useUnread(ROOM));
  const other = drawn(grace, () => useMessages(ROOM));
  await act(() => other.result.current.send("one"));
  await act(() => other.result.current.send("two"));
  expect(result.current).toMatchObject({ count: 2, mentions: 0, firstSeq: 21n });
  act(() => result.current.markRead(21n));
  expect(result.current).toMatchObject({ count: 1, firstSeq: 22n });
  act(() => result.current.markAllRead());
  expect(result.current).toMatchObject({ count: 0, firstSeq: 0n });
  expect(ada.marks.at(-1)).toEqual({ roomId: ROOM, seq: 22n });
  drawn(ada, () => useReadOnShow(ROOM, 30n, true));
  expect(ada.marks.at(-1)?.seq).toBe(30n);
});

test("marks say who has seen a message", async () => {
  const { talk, ada } = two();
  const said = message(21, "ada", "mine");
  const { result } = drawn(ada, () => ({ seen: useSeenBy(ROOM, said), receipts: useReceipts(ROOM) }));
  const mark = (userId: string, readSeq: bigint) => create(ReceiptSchema, { userId, deliveredSeq: 21n, readSeq });
  const moved = (...receipts: ReturnType<typeof mark>[]) =>
    act(
      () => void talk.tell("", { case: "receiptsMoved", value: { $typeName: "trivium.v1.ReceiptsMoved", receipts } }),
    );
  moved(mark("grace", 21n), mark("edsger", 20n));
  expect(result.current.seen.readers.map(({ userId }) => userId)).toEqual(["grace"]);
  expect(result.current.seen).toMatchObject({ readCount: 1, deliveredCount: 2, memberCount: 5 });
  expect(result.current.receipts.deliveredToAll).toBe(0n);
  moved(...["host", "barbara", "donald"].map((userId) => mark(userId, 21n)));
  expect(result.current.receipts).toMatchObject({ deliveredToAll: 21n, readByAll: 20n });
});

test("in a large room the server is asked who has seen a message", async () => {
  const session = fakeSession({ rooms: [roomState({ as: "ada", memberCount: 900 })] });
  const counts = { readCount: 300, deliveredCount: 800, memberCount: 899, readUserIds: ["grace"] };
  session.handle(ReceiptService.method.getMessageReceipts, () => counts);
  const said = message(21, "ada", "mine");
  const { result } = drawn(session, () => useSeenBy(ROOM, said));
  await settled();
  expect(result.current).toMatchObject({ readCount: 300, deliveredCount: 800, memberCount: 899 });
  expect(result.current.readers.map(({ userId }) => userId)).toEqual(["grace"]);
});

test("conversations are read, kept up to date by their rooms, and in the order of what is new", async () => {
  const { talk, ada, grace } = two();
  const other = { ...room(), id: "room-2", title: "Other" };
  ada.setRoom("room-2", roomState({ as: "ada", roomId: "room-2", room: other }));
  ada.handle(ReceiptService.method.listUnread, ({ pageToken }) =>
    pageToken === ""
      ? { rooms: [{ room: room(), unread: { messageCount: 0 } }], nextPageToken: "2" }
      : { rooms: [{ room: other, lastMessage: message(9, "zoe", "old", { sendTimeMs: BigInt(SAMPLE_TIME_MS) }) }] },
  );
  const { result, unmount } = drawn(ada, () => useConversations());
  expect(result.current.loading).toBe(true);
  await settled();
  expect(result.current.rows.map(({ roomId }) => roomId)).toEqual([ROOM, "room-2"]);
  talk.nowMs += 1_000_000;
  const writer = drawn(grace, () => useMessages(ROOM));
  await act(() => writer.result.current.send("news"));
  expect(result.current.rows[0]).toMatchObject({ roomId: ROOM, live: true, unread: { messageCount: 1 } });
  expect(result.current.rows[0]?.lastMessage?.text).toBe("news");
  expect([result.current.unreadCount, ada.heard.size]).toEqual([1, 2]);
  ada.setRoom("room-2", { status: "ended" });
  await settled();
  expect(result.current.rows.map(({ roomId }) => roomId)).toEqual([ROOM]);
  unmount();
  vi.advanceTimersByTime(5_000);
  expect(ada.heard.size).toBe(0);
});

test("a search asks for words, and gives up an older answer for a newer one", async () => {
  const { ada } = two();
  const list = drawn(ada, () => useMessages(ROOM));
  await act(() => list.result.current.send("the quick brown fox"));
  const search = renderHook(({ query }) => useSearch(query), {
    initialProps: { query: " " },
    wrapper: ({ children }) => <TriviumProvider session={ada}>{children}</TriviumProvider>,
  });
  expect(search.result.current).toMatchObject({ items: [], loading: false });
  search.rerender({ query: "qui" });
  search.rerender({ query: "fox" });
  await settled();
  expect(search.result.current.items.map(({ message: hit }) => hit?.text)).toEqual(["the quick brown fox"]);
  const asked = ada.commands.filter(({ method }) => method.endsWith("SearchMessages"));
  expect(asked).toHaveLength(2);
});

test("what waits for a host is read anew when it changes", async () => {
  const { talk, ada } = two();
  let waiting = [message(5, "grace", "may I?", { state: MessageState.PENDING })];
  ada.handle(ModerationService.method.listHeldMessages, () => ({ messages: waiting }));
  const { result } = drawn(ada, () => ({ held: useHeld(ROOM), moderation: useModeration(ROOM) }));
  await settled();
  expect(result.current.held.items.map(({ text }) => text)).toEqual(["may I?"]);
  expect(result.current.moderation.host).toBe(false);
  waiting = [];
  await act(() => result.current.moderation.resolveMessage(5n, MessageState.REJECTED));
  const value = { $typeName: "trivium.v1.MessageResolved" as const, messageSeq: 5n, state: MessageState.REJECTED };
  act(() => void talk.tell("host", { case: "messageResolved", value }));
  await act(() => vi.advanceTimersByTimeAsync(REFRESH_MS));
  expect(result.current.held.items).toEqual([]);
});

test("hands stand in a queue", async () => {
  const { ada, grace } = two();
  const first = drawn(grace, () => useHands(ROOM));
  const second = drawn(ada, () => useHands(ROOM));
  await act(() => first.result.current.raise(true));
  await act(() => second.result.current.raise(true));
  expect(second.result.current.hands.map(({ member: who }) => who?.nickname)).toEqual(["Grace", "Ada"]);
  expect([first.result.current.place, second.result.current.place]).toEqual([1, 2]);
  await act(() => second.result.current.lower("grace"));
  expect([first.result.current.place, second.result.current.place]).toEqual([0, 1]);
});

/** A session with an inbox and announcements. */
function informed() {
  const session = fakeSession({ userId: "ada" });
  const inbox = roomState({ roomId: "inbox-ada", room: room({ kind: RoomKind.INBOX }) });
  const first = create(NotificationSchema, { seq: 1n, title: "old" });
  session.setRoom("inbox-ada", { ...inbox, inbox: { notifications: [first], more: true, unreadCount: 1 } });
  session.setRoom("system", roomState({ roomId: "system", room: room({ kind: RoomKind.SYSTEM }) }));
  session.handle(NotificationService.method.listNotifications, ({ beforeSeq }) => ({
    notifications: beforeSeq > 0n ? [create(NotificationSchema, { seq: 0n, title: "older" })] : [],
    inboxRoomId: "inbox-ada",
  }));
  session.handle(NotificationService.method.listAnnouncements, () => ({ roomId: "system" }));
  return session;
}

const says = (roomId: string, seq: bigint, event: object) => ({
  response: { case: "event" as const, value: { roomId, seq, timeMs: seq, event } },
});

test("the inbox is heard for good once somebody has looked", async () => {
  const session = informed();
  const toasts: string[] = [];
  const { result, unmount } = drawn(session, () => {
    useOnNotification(({ title }) => toasts.push(title));
    return useNotifications();
  });
  expect(result.current.status).toBe("loading");
  await settled();
  expect(result.current).toMatchObject({ status: "live", unreadCount: 1, more: true });
  const notification = create(NotificationSchema, { seq: 21n, title: "new" });
  const added = { case: "notificationAdded", value: { notification, unreadCount: 2 } };
  act(() => session.receive("inbox-ada", says("inbox-ada", 21n, added) as never));
  expect([toasts, result.current.unreadCount]).toEqual([["new"], 2]);
  await act(() => result.current.loadOlder());
  expect(result.current.notifications.map(({ title }) => title)).toEqual(["new", "old", "older"]);
  expect(result.current.more).toBe(false);
  await act(() => result.current.markAllRead());
  expect(session.commands.at(-1)).toMatchObject({ request: { throughSeq: 21n } });
  unmount();
  vi.advanceTimersByTime(60_000);
  expect(session.heard.get("inbox-ada")).toBe(1);
});

test("a conversation that others have begun is in the list with its first word", async () => {
  const session = informed();
  const rooms = [{ room: room() }];
  session.handle(ReceiptService.method.listUnread, () => ({ rooms: [...rooms] }));
  const { result } = drawn(session, () => useConversations());
  await settled();
  rooms.push({ room: { ...room(), id: "room-2", title: "Begun" } });
  const shown = async (roomId: string, seq: bigint) => {
    const notification = create(NotificationSchema, { seq, roomId, title: "Somebody" });
    const added = { case: "notificationAdded", value: { notification, unreadCount: 2 } };
    act(() => session.receive("inbox-ada", says("inbox-ada", seq, added) as never));
    await settled();
    return result.current.rows.map((row) => row.roomId).sort();
  };
  expect(await shown(ROOM, 21n)).toEqual([ROOM]);
  expect((await shown("room-2", 22n)).includes("room-2")).toBe(true);
});

test("who has no inbox is told so, and asked again with the next connection", async () => {
  const session = informed();
  session.handle(NotificationService.method.listNotifications, () => {
    throw new ConnectError("guests have none", Code.PermissionDenied);
  });
  const { result } = drawn(session, () => useNotifications());
  await settled();
  expect(result.current.status).toBe("none");
});

test("announcements end when their time has come", async () => {
  const session = informed();
  const { result } = drawn(session, () => useAnnouncements());
  await settled();
  const make = (seq: bigint, inMs: number) => {
    const expireTimeMs = inMs === 0 ? 0n : BigInt(SAMPLE_TIME_MS + inMs);
    const announcement = create(AnnouncementSchema, { seq, title: `a${seq}`, expireTimeMs });
    session.receive("system", says("system", seq, { case: "announcementMade", value: { announcement } }) as never);
  };
  act(() => {
    make(21n, 0);
    make(22n, 5_000);
  });
  expect(result.current.map(({ title }) => title)).toEqual(["a22", "a21"]);
  session.advance(5_000);
  await act(() => vi.advanceTimersByTimeAsync(5_000));
  expect(result.current.map(({ title }) => title)).toEqual(["a21"]);
});

test("a draft goes with its room", () => {
  const session = fakeSession({ rooms: [roomState({ as: "ada" })] });
  const draft = renderHook(({ roomId }) => useDraft(roomId), {
    initialProps: { roomId: ROOM },
    wrapper: ({ children }) => <TriviumProvider session={session}>{children}</TriviumProvider>,
  });
  act(() => draft.result.current[1]("half a sen"));
  expect(draft.result.current[0]).toBe("half a sen");
  draft.rerender({ roomId: "another" });
  expect(draft.result.current[0]).toBe("");
  draft.rerender({ roomId: ROOM });
  expect(draft.result.current[0]).toBe("half a sen");
});

test("names of who is typing, and data for programs", async () => {
  const { ada, grace } = two();
  const heard: unknown[] = [];
  const listener = drawn(ada, () => {
    useBroadcast(ROOM, "confetti", ({ payload, actorId }) => heard.push([actorId, payload]));
    return useTypingNames(ROOM);
  });
  const sender = drawn(grace, () => [useBroadcast(ROOM, "confetti"), useBroadcast(ROOM, "other")] as const);
  await act(() => sender.result.current[0]({ colours: ["red"] }));
  await act(() => sender.result.current[1](1));
  expect(heard).toEqual([["grace", { colours: ["red"] }]]);
  act(() => ada.setRoom(ROOM, (state) => ({ ...state, chat: { ...state.chat, typing: new Set(["grace", "zoe"]) } })));
  expect(listener.result.current).toEqual(["Grace", "zoe"]);
});

test("a file is shown while it is looked at", async () => {
  const session = fakeSession();
  session.files.set("/rooms/r/files/f", new Blob(["picture"], { type: "image/png" }));
  const revoke = vi.spyOn(URL, "revokeObjectURL");
  const { result, unmount } = drawn(session, () => useFile("/rooms/r/files/f"));
  await settled();
  const { url } = result.current;
  expect(url).toMatch(/^blob:/);
  unmount();
  expect(revoke).toHaveBeenCalledWith(url);
});

test("a message takes along what goes with it", async () => {
  const { ada } = two();
  const { result } = drawn(ada, () => useMessages(ROOM));
  const file = await ada.uploadFile(ROOM, new File(["x"], "x.txt"));
  await act(() =>
    result.current.send("look", { attachments: [file], link: { url: "https://example.org" }, replyTo: 3n }),
  );
  expect(ada.commands.at(-1)?.request).toMatchObject({
    ...{ text: "look", attachmentIds: ["file-1"], replyTo: 3n },
    link: create(MessageSchema, { link: { url: "https://example.org" } }).link,
  });
});
