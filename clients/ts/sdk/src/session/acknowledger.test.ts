// Marks of what arrived and was shown: what is told, how often, and again after a cut.

import { create } from "@bufbuild/protobuf";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type ConnectResponse, ConnectResponseSchema, ReceiptSchema, Role } from "../proto.js";
import { chat, chatMessage, member, message, roomState, SAMPLE_ROOM_ID } from "../testing/builders.js";
import type { RoomState } from "../types.js";
import { Acknowledger, INTERVAL_MS, type Marks } from "./acknowledger.js";

const ROOM = SAMPLE_ROOM_ID;

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** An acknowledger with what it told. Words are answered at once unless `answer` says otherwise. */
function setUp(change: Partial<RoomState> = {}) {
  const words: string[] = [];
  const shown: bigint[] = [];
  const host = {
    hidden: false,
    answer: "done" as "done" | "later" | number,
    random: () => 0.5,
    async tell(_roomId: string, { deliveredSeq, readSeq }: Marks) {
      words.push(`${deliveredSeq}/${readSeq}`);
      return host.answer;
    },
    show: (_roomId: string, seq: bigint) => shown.push(seq),
  };
  const acknowledger = new Acknowledger(host);
  const heard = (seqs: number[], response?: ConnectResponse["response"]) => {
    const messages = seqs.map((seq) => chatMessage(message(seq, "grace", "hi")));
    const state = roomState({ as: "ada", chat: chat(messages), ...change });
    acknowledger.heard(state, response ?? { case: "event", value: NOTHING });
  };
  return { acknowledger, host, words, shown, heard, wait: (ms: number) => vi.advanceTimersByTimeAsync(ms) };
}

const NOTHING = create(ConnectResponseSchema, { response: { case: "event", value: {} } }).response.value as never;

test("what arrives is told at once, and then the newest once a second", async () => {
  const { heard, words, wait } = setUp();
  heard([21]);
  await wait(0);
  expect(words).toEqual(["21/0"]);
  for (let seq = 22; seq < 60; seq++) {
    heard([21, seq]);
    await wait(10);
  }
  expect(words).toEqual(["21/0"]);
  await wait(INTERVAL_MS);
  expect(words).toEqual(["21/0", "59/0"]);
  await wait(10 * INTERVAL_MS);
  expect(words).toHaveLength(2);
});

test("a page that may be gone in a moment says its last word at once, and only once", async () => {
  const { acknowledger, heard, words, wait } = setUp();
  heard([21]);
  await wait(0);
  heard([21, 22]);
  await wait(10);
  acknowledger.hurry();
  acknowledger.hurry();
  expect(words).toEqual(["21/0", "22/0"]);
  await wait(10 * INTERVAL_MS);
  expect(words).toHaveLength(2);
});

test("what is on show is read, and never goes back", async () => {
  const { acknowledger, heard, words, shown, wait } = setUp();
  heard([21, 22]);
  acknowledger.read(ROOM, 22n);
  acknowledger.read(ROOM, 21n);
  await wait(0);
  expect([words, shown]).toEqual([["22/22"], [22n, 21n]]);
});

test("nothing is read in a page that nobody sees, until it is seen", async () => {
  const { acknowledger, host, heard, words, shown, wait } = setUp();
  host.hidden = true;
  heard([21]);
  acknowledger.read(ROOM, 21n);
  await wait(INTERVAL_MS);
  expect([words, shown]).toEqual([["21/0"], []]);
  host.hidden = false;
  acknowledger.shown();
  await wait(INTERVAL_MS);
  expect([words, shown]).toEqual([["21/0", "21/21"], [21n]]);
});

test("what was lost with the connection is told again when the room goes on", async () => {
  const { acknowledger, host, heard, words, wait } = setUp();
  host.answer = "later";
  heard([21]);
  acknowledger.read(ROOM, 21n);
  await wait(10 * INTERVAL_MS);
  expect(words).toEqual(["21/21"]);
  host.answer = "done";
  heard([21], { case: "resumed", value: NOTHING });
  await wait(INTERVAL_MS);
  expect(words).toEqual(["21/21", "21/21"]);
});

test("a server that asks for patience gets it", async () => {
  const { host, heard, words, wait } = setUp();
  host.answer = 5 * INTERVAL_MS;
  heard([21]);
  await wait(0);
  host.answer = "done";
  heard([21, 22]);
  await wait(4 * INTERVAL_MS);
  expect(words).toEqual(["21/0"]);
  await wait(INTERVAL_MS);
  expect(words).toEqual(["21/0", "22/0"]);
});

test("what the server knows is not told", async () => {
  const { heard, words, wait } = setUp();
  const receipts = [create(ReceiptSchema, { userId: "ada", deliveredSeq: 21n })];
  const moved = { case: "receiptsMoved", value: { receipts } } as const;
  const { response } = create(ConnectResponseSchema, { response: { case: "event", value: { event: moved } } });
  heard([21], response);
  await wait(INTERVAL_MS);
  expect(words).toEqual([]);
});

test("in a large room all together say little", async () => {
  const { heard, words, wait } = setUp({ memberCount: 1_000 });
  heard([21]);
  await wait(9_999);
  expect(words).toEqual([]);
  await wait(1);
  heard([22]);
  expect(words).toEqual(["21/0"]);
  await wait(19_999);
  expect(words).toHaveLength(1);
  await wait(1);
  expect(words).toHaveLength(2);
});

test("who has no seat says nothing, and a room that is let go is quiet", async () => {
  const stranger = setUp({ members: new Map([["x", member("x", { role: Role.HOST })]]) });
  const { me, ...rest } = roomState({ as: "ada", chat: chat([chatMessage(message(21, "grace", "hi"))]) });
  stranger.acknowledger.heard(rest, { case: "event", value: NOTHING });
  await stranger.wait(INTERVAL_MS);
  expect([me?.userId, stranger.words]).toEqual(["ada", []]);
  const gone = setUp();
  gone.heard([21]);
  gone.acknowledger.drop(ROOM);
  await gone.wait(INTERVAL_MS);
  expect(gone.words).toEqual([]);
});
