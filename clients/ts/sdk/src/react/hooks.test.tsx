// The hooks over a session without a server.

import { Code, ConnectError } from "@connectrpc/connect";
import { act, cleanup, render, renderHook } from "@testing-library/react";
import { type ReactNode, StrictMode } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ChatService, PresenceState, QuizPhase, QuizService, Role } from "../proto.js";
import { ownError } from "../session/errors.js";
import {
  chatMessage,
  type FakeSession,
  fakeSession,
  member,
  message,
  presence,
  quizView,
  roomState,
  SAMPLE_ROOM_ID,
  sampleQuestion,
} from "../testing/index.js";
import { TriviumProvider, useChat, useConnection, usePresence, useQuiz, useRoom } from "./index.js";
import { LINGER_MS } from "./rooms.js";

const ROOM = SAMPLE_ROOM_ID;
const right = sampleQuestion(1).right;

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const inside = (session: FakeSession) => ({
  wrapper: ({ children }: { children: ReactNode }) => <TriviumProvider session={session}>{children}</TriviumProvider>,
});

function Title() {
  return <p>{useRoom(ROOM, (room) => room.room?.title)}</p>;
}

/** A hook with how often it was drawn. */
function drawn<T>(session: FakeSession, hook: () => T) {
  let times = 0;
  const view = renderHook(() => {
    times += 1;
    return hook();
  }, inside(session));
  return { result: view.result, times: () => times, unmount: view.unmount };
}

test("a component is drawn again only when what it selected is another value", () => {
  const session = fakeSession({ rooms: [roomState()] });
  const { result, times } = drawn(session, () =>
    useRoom(ROOM, (room) => ({ count: room.memberCount, title: room.room?.title })),
  );
  const before = result.current;
  const first = times();
  act(() => session.setRoom(ROOM, { presences: new Map() }));
  act(() => session.setRoom(ROOM, { bannedUserIds: new Set(["eve"]) }));
  expect([times(), result.current]).toEqual([first, before]);
  act(() => session.setRoom(ROOM, { memberCount: 7 }));
  expect([times(), result.current.count]).toEqual([first + 1, 7]);
});

test("components of one room hear it once, and a little longer than they are there", () => {
  const session = fakeSession({ rooms: [roomState()] });
  const { unmount, container } = render(
    <StrictMode>
      <TriviumProvider session={session}>
        <Title />
        <Title />
      </TriviumProvider>
    </StrictMode>,
  );
  expect(container.textContent).toBe("Geography nightGeography night");
  expect(session.heard.get(ROOM)).toBe(1);
  unmount();
  expect(session.heard.get(ROOM)).toBe(1);
  vi.advanceTimersByTime(LINGER_MS);
  expect(session.heard.size).toBe(0);
});

test("the next screen finds the room as the last one left it", () => {
  const session = fakeSession({ rooms: [roomState()] });
  const first = drawn(session, () => useRoom(ROOM).status);
  first.unmount();
  vi.advanceTimersByTime(LINGER_MS - 1);
  const statuses: string[] = [];
  drawn(session, () => statuses.push(useRoom(ROOM).status));
  vi.advanceTimersByTime(LINGER_MS);
  expect(statuses).toEqual(["live"]);
  expect(session.heard.get(ROOM)).toBe(1);
});

test("the connection is selected from like a room", () => {
  const session = fakeSession();
  const { result, times } = drawn(session, () => useConnection((connection) => connection.status));
  act(() => session.setConnection({ roundTripMs: 99 }));
  expect([times(), result.current]).toEqual([1, "live"]);
  act(() => session.setConnection({ status: "reconnecting" }));
  expect(result.current).toBe("reconnecting");
});

const open = () =>
  fakeSession({ rooms: [roomState({ as: "ada", quiz: quizView({ phase: QuizPhase.OPEN, as: "ada" }) })] });

test("an answer is sent once, shown at once and locked by the server", async () => {
  const session = open();
  let reply = () => {};
  session.handle(
    QuizService.method.submitAnswer,
    () =>
      new Promise((resolve) => {
        reply = () => resolve({ responseMs: 1200, creditMs: 20 });
      }),
  );
  const { result } = drawn(session, () => useQuiz(ROOM));
  let both: Promise<unknown> = Promise.resolve();
  await act(async () => {
    both = Promise.all([result.current.submit(right), result.current.submit(right)]);
  });
  expect(result.current.view?.own).toEqual({ questionIndex: 0, answer: right, status: "sending" });
  await act(async () => {
    reply();
    await both;
    await result.current.submit(right);
  });
  expect(result.current.view?.own).toMatchObject({ status: "locked", responseMs: 1200 });
  expect(session.commands).toHaveLength(1);
});

test("a refused answer says why, rejects, and can be given again", async () => {
  const session = open();
  const closed = new ConnectError("closed", Code.FailedPrecondition);
  session.handle(QuizService.method.submitAnswer, () => {
    throw closed;
  });
  const { result } = drawn(session, () => useQuiz(ROOM));
  await act(async () => {
    await expect(result.current.submit(right)).rejects.toBe(closed);
  });
  expect(result.current.view?.own).toMatchObject({ status: "refused", error: closed });
  session.handle(QuizService.method.submitAnswer, () => ({ responseMs: 5 }));
  await act(() => result.current.submit(right));
  expect(result.current.view?.own?.status).toBe("locked");
});

test("without a question on show there is nothing to answer", async () => {
  const { result } = drawn(fakeSession({ rooms: [roomState()] }), () => useQuiz(ROOM));
  await expect(result.current.submit(right)).rejects.toThrow("no question");
});

test("hosts go on from the phase that they see, and a second hand is no error", async () => {
  const session = fakeSession({ rooms: [roomState({ quiz: quizView({ phase: QuizPhase.CLOSED }) })] });
  const { result } = drawn(session, () => useQuiz(ROOM));
  await result.current.host.advance();
  expect(session.commands[0]).toMatchObject({ request: { roomId: ROOM, fromPhase: QuizPhase.CLOSED } });
  const refuse = (name: string) =>
    session.handle(QuizService.method.advanceQuiz, () => {
      throw ownError(Code.FailedPrecondition, name, "no");
    });
  refuse("PHASE_CHANGED");
  await result.current.host.advance();
  refuse("PAUSED");
  await expect(result.current.host.advance()).rejects.toThrow("no");
});

test("each opening is reported as drawn once, and failures are nobody's business", async () => {
  const session = open();
  session.handle(QuizService.method.reportDrawn, () => {
    throw new ConnectError("away", Code.Unavailable);
  });
  const { result } = drawn(session, () => useQuiz(ROOM));
  await result.current.reportDrawn(0);
  await result.current.reportDrawn(0);
  expect(session.commands).toHaveLength(1);
  expect(session.commands[0]).toMatchObject({ request: { drawTimeMs: BigInt(session.clock.now()), errorMs: 12 } });
});

test("actions stay the same functions", () => {
  const session = open();
  const { result } = drawn(session, () => [useQuiz(ROOM), useChat(ROOM), usePresence(ROOM)] as const);
  const [quiz, chat, people] = result.current;
  act(() => session.setRoom(ROOM, { ...roomState({ as: "ada" }), quiz: quizView({ phase: QuizPhase.CLOSED }) }));
  const [quizAfter, chatAfter, peopleAfter] = result.current;
  expect([quizAfter.submit, quizAfter.host, chatAfter.send, peopleAfter.setStatus]).toEqual([
    quiz.submit,
    quiz.host,
    chat.send,
    people.setStatus,
  ]);
  expect(quizAfter.view).not.toBe(quiz.view);
});

test("a message is there at once, and fails to be tried again under the same id", async () => {
  const session = fakeSession({ rooms: [roomState({ as: "ada" })] });
  session.handle(ChatService.method.sendMessage, () => {
    throw new ConnectError("away", Code.Unavailable);
  });
  const { result } = drawn(session, () => useChat(ROOM));
  await act(async () => {
    await expect(result.current.send("hi\u0007 \n")).rejects.toThrow("away");
  });
  const [failed] = result.current.messages;
  expect([failed?.status, failed?.message.text, failed?.message.authorNickname]).toEqual(["failed", "hi", "Ada"]);
  session.handle(ChatService.method.sendMessage, () => ({ message: message(21, "ada", "hi") }));
  await act(() => result.current.retry(failed?.key ?? ""));
  expect(result.current.messages.map(({ key, status }) => [key, status])).toEqual([[failed?.key, "saved"]]);
  const ids = session.commands.map((command) => (command.request as { requestId: string }).requestId);
  expect(ids).toEqual([failed?.key, failed?.key]);
});

test("a page without TLS, which has no randomUUID, writes as well", async () => {
  const random = vi.spyOn(crypto, "randomUUID").mockImplementation(() => {
    throw new TypeError("crypto.randomUUID is not a function");
  });
  const session = fakeSession({ rooms: [roomState({ as: "ada" })] });
  const { result } = drawn(session, () => useChat(ROOM));
  await act(() => result.current.send("hi"));
  expect(session.commands).toMatchObject([{ request: { requestId: expect.stringMatching(/^[0-9a-f]{32}$/) } }]);
  random.mockRestore();
});

test("a failed message is dropped, and older ones are read from the oldest on", async () => {
  const entries = [
    chatMessage(message(50, "grace", "new")),
    chatMessage(message(0, "ada", "lost"), { key: "k", status: "failed" }),
  ];
  const session = fakeSession({
    rooms: [
      roomState({
        as: "ada",
        chat: { messages: entries, more: true, typing: new Set(), pins: [], pinsMissing: false, threads: new Map() },
      }),
    ],
  });
  session.handle(ChatService.method.listMessages, () => ({ messages: [message(7, "grace", "old")], more: false }));
  const { result } = drawn(session, () => useChat(ROOM));
  act(() => result.current.drop("k"));
  await act(() => result.current.loadOlder());
  expect(result.current.messages.map((entry) => entry.message.text)).toEqual(["old", "new"]);
  expect([result.current.more, session.commands[0]]).toMatchObject([false, { request: { beforeSeq: 50n } }]);
});

test("typing is told at once, then at most twice a second, and ends by itself", async () => {
  const session = fakeSession({ rooms: [roomState({ as: "ada" })] });
  const { result, unmount } = drawn(session, () => useChat(ROOM));
  const told = () => session.commands.map((command) => (command.request as { typing: boolean }).typing);
  for (let key = 0; key < 20; key++) {
    result.current.setTyping(true);
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(told()).toEqual([true]);
  result.current.setTyping(false);
  result.current.setTyping(true);
  result.current.setTyping(false);
  await vi.advanceTimersByTimeAsync(499);
  expect(told().length).toBeLessThanOrEqual(3);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(told().at(-1)).toBe(false);
  result.current.setTyping(true);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(told().slice(-2)).toEqual([true, false]);
  result.current.setTyping(true);
  await vi.advanceTimersByTimeAsync(600);
  unmount();
  await vi.advanceTimersByTimeAsync(600);
  expect(told().slice(-2)).toEqual([true, false]);
});

test("who types on and on is told again before the server forgets", async () => {
  const session = fakeSession({ rooms: [roomState({ as: "ada" })] });
  const { result } = drawn(session, () => useChat(ROOM));
  for (let key = 0; key < 100; key++) {
    result.current.setTyping(true);
    await vi.advanceTimersByTimeAsync(100);
  }
  const told = session.commands.map((command) => (command.request as { typing: boolean }).typing);
  expect(told).toEqual([true, true, true, true]);
});

test("the roster has hosts first, then names in their order, with counts", () => {
  const members = [
    member("host", { role: Role.HOST, nickname: "Zoe" }),
    member("u10", { nickname: "Player 10" }),
    member("u2", { nickname: "player 2" }),
    member("co", { role: Role.CO_HOST, nickname: "Ann" }),
    member("wall", { role: Role.OBSERVER, nickname: "A wall" }),
  ];
  const session = fakeSession({
    rooms: [
      roomState({
        as: "host",
        members: new Map(members.map((each) => [each.userId, each])),
        memberCount: 9,
        presences: new Map([
          ["u2", presence("u2", { state: PresenceState.AWAY, status: "tea" })],
          ["host", presence("host")],
        ]),
      }),
    ],
  });
  const { result } = drawn(session, () => usePresence(ROOM));
  expect(result.current.rows.map((row) => row.member.nickname)).toEqual([
    "Zoe",
    "Ann",
    "player 2",
    "Player 10",
    "A wall",
  ]);
  expect(result.current.rows[2]).toMatchObject({ state: PresenceState.AWAY, status: "tea", own: false });
  expect(result.current).toMatchObject({ online: 1, away: 1, total: 9 });
});
