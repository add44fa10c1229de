// What this client does itself, settled by the server's words in any order.

import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ConnectResponseSchema, type Message, MessageSchema, QuizPhase } from "../proto.js";
import { message, quizView, roomState, SAMPLE_ROOM_ID, sampleQuestion } from "../testing/index.js";
import type { ChatMessage, LocalEffect, RoomState } from "../types.js";
import { applyLocal, MAX_LOADED_MESSAGES, MAX_MESSAGES, reduceRoom } from "./index.js";

const answer = sampleQuestion(1).right;
const open = roomState({ as: "ada", quiz: quizView({ phase: QuizPhase.OPEN, as: "ada" }) });
const refusal = new ConnectError("too late", Code.FailedPrecondition);

const sent = (state: RoomState, saved: Message) =>
  reduceRoom(
    state,
    create(ConnectResponseSchema, {
      response: {
        case: "event",
        value: { roomId: SAMPLE_ROOM_ID, seq: saved.seq, event: { case: "messageSent", value: { message: saved } } },
      },
    }),
    0,
  );
const accepted = (state: RoomState) =>
  reduceRoom(
    state,
    create(ConnectResponseSchema, {
      response: {
        case: "event",
        value: {
          roomId: SAMPLE_ROOM_ID,
          seq: 21n,
          event: {
            case: "answerAccepted",
            value: { userId: "ada", index: 0, answer, responseMs: 900, receivedOrder: 3 },
          },
        },
      },
    }),
    0,
  );
const locked: LocalEffect = { kind: "answer-locked", questionIndex: 0, responseMs: 900, creditMs: 0 };

test("an answer is locked once the server has said so, by event or by reply", () => {
  const sending = applyLocal(open, { kind: "answer-sending", questionIndex: 0, answer });
  expect([sending.quiz?.own?.status, sending.quiz?.state.answered]).toEqual(["sending", false]);
  const orders = [
    applyLocal(accepted(sending), locked),
    accepted(applyLocal(sending, locked)),
    applyLocal(accepted(sending), { kind: "answer-refused", questionIndex: 0, error: refusal }),
    applyLocal(accepted(sending), { kind: "answer-sending", questionIndex: 0, answer }),
  ];
  for (const state of orders) {
    expect([state.quiz?.own?.status, state.quiz?.own?.responseMs, state.quiz?.own?.answer]).toEqual([
      "locked",
      900,
      answer,
    ]);
    expect([state.quiz?.state.answered, state.quiz?.state.answeredCount]).toEqual([true, 3]);
  }
});

test("a refused answer says why, and may be given again", () => {
  const sending = applyLocal(open, { kind: "answer-sending", questionIndex: 0, answer });
  const refused = applyLocal(sending, { kind: "answer-refused", questionIndex: 0, error: refusal });
  expect([refused.quiz?.own?.status, refused.quiz?.own?.error]).toEqual(["refused", refusal]);
  const again = applyLocal(refused, { kind: "answer-sending", questionIndex: 0, answer });
  expect(again.quiz?.own).toEqual({ questionIndex: 0, answer, status: "sending" });
});

test("an answer to another question than the one on show is not shown", () => {
  expect(applyLocal(open, { kind: "answer-sending", questionIndex: 7, answer })).toBe(open);
});

const draft = (text: string) => create(MessageSchema, { authorId: "ada", authorNickname: "Ada", text });

/** Messages that are sent, and for each whether its event or its reply comes first; and others' messages in between. */
const scripts = fc.array(
  fc.record({
    text: fc.constantFrom("a", "b", "c"),
    eventFirst: fc.boolean(),
    fails: fc.boolean(),
    others: fc.nat(2),
  }),
  { maxLength: 12 },
);

test("a message that is sent is never shown twice, in whatever order event and reply come", () => {
  fc.assert(
    fc.property(scripts, fc.infiniteStream(fc.nat(99)), (script, dice) => {
      let state: RoomState = roomState({ as: "ada" });
      let seq = 20;
      const later: (() => void)[] = [];
      const check = () => {
        const keys = state.chat.messages.map((entry) => entry.key);
        expect(new Set(keys).size).toBe(keys.length);
        const saved = state.chat.messages.filter((entry) => entry.status === "saved").map((entry) => entry.message.seq);
        expect(saved).toEqual([...new Set(saved)].sort((a, b) => Number(a - b)));
      };
      for (const [nth, { text, eventFirst, fails, others }] of script.entries()) {
        const key = `key-${nth}`;
        state = applyLocal(state, { kind: "message-sending", key, message: draft(text) });
        check();
        if (fails) {
          later.push(() => {
            state = applyLocal(state, { kind: "message-failed", key, error: refusal });
          });
          continue;
        }
        seq += 1;
        const saved = message(seq, "ada", text);
        const event = () => {
          state = sent(state, saved);
        };
        const reply = () => {
          state = applyLocal(state, { kind: "message-saved", key, message: saved });
        };
        // The log is in order; replies overtake and are overtaken.
        if (eventFirst) {
          event();
          later.push(reply);
        } else {
          reply();
          event();
        }
        check();
        for (let other = 0; other < others; other++) {
          seq += 1;
          state = sent(state, message(seq, "grace", text));
        }
        if (later.length > 0 && (dice.next().value ?? 0) < 40) later.shift()?.();
        check();
      }
      for (const settle of later) {
        settle();
        check();
      }
      const failed = script.filter((each) => each.fails).length;
      const own = state.chat.messages.filter((entry) => entry.message.authorId === "ada");
      expect(own.filter((entry) => entry.status === "saved")).toHaveLength(script.length - failed);
      expect(own.filter((entry) => entry.status !== "saved")).toHaveLength(failed);
      expect(state.chat.messages).toHaveLength(seq - 20 + failed);
    }),
  );
});

test("a message keeps its key from sending to saved", () => {
  const sending = applyLocal(roomState({ as: "ada" }), { kind: "message-sending", key: "k", message: draft("hi") });
  const saved = sent(sending, message(21, "ada", "hi"));
  expect(saved.chat.messages.map(({ key, status }) => [key, status])).toEqual([["k", "saved"]]);
  expect(applyLocal(saved, { kind: "message-failed", key: "k", error: refusal })).toBe(saved);
});

test("a failed message is tried again or dropped", () => {
  const sending = applyLocal(roomState({ as: "ada" }), { kind: "message-sending", key: "k", message: draft("hi") });
  const failed = applyLocal(sending, { kind: "message-failed", key: "k", error: refusal });
  expect(failed.chat.messages[0]).toMatchObject({ status: "failed", error: refusal });
  const retried = applyLocal(failed, { kind: "message-sending", key: "k", message: draft("hi") });
  expect(retried.chat.messages.map(({ status, error }) => [status, error])).toEqual([["sending", undefined]]);
  expect(applyLocal(failed, { kind: "message-dropped", key: "k" }).chat.messages).toEqual([]);
});

test("messages are bounded, and what fell off can be read again", () => {
  let state: RoomState = roomState({ as: "ada" });
  for (let nth = 1; nth <= MAX_MESSAGES + 5; nth++) state = sent(state, message(20 + nth, "grace", `${nth}`));
  expect([state.chat.messages.length, state.chat.messages[0]?.message.text, state.chat.more]).toEqual([
    MAX_MESSAGES,
    "6",
    true,
  ]);
  const older = Array.from({ length: 25 }, (_, nth) => message(1 + nth, "grace", "old"));
  const read = applyLocal(state, { kind: "messages-loaded", messages: older, more: false });
  expect([read.chat.messages.length, read.chat.more]).toEqual([MAX_MESSAGES + 25, false]);
  // Who has read further back is not robbed of it by the next message, but of one at a time.
  expect(sent(read, message(2000, "grace", "new")).chat.messages).toHaveLength(MAX_MESSAGES + 25);
  const many = Array.from({ length: 3000 }, (_, nth) => message(3000 + nth, "grace", "more"));
  const full = applyLocal(read, { kind: "messages-loaded", messages: many, more: true });
  expect(full.chat.messages).toHaveLength(MAX_LOADED_MESSAGES);
});

test("the first message of a room is no reason to look for older ones", () => {
  const sending = applyLocal(roomState({ as: "ada" }), {
    kind: "message-sending",
    key: "k",
    message: draft("first"),
  });
  expect(sent(sending, message(21, "ada", "first")).chat).toMatchObject({ messages: [{ key: "k" }], more: false });
  expect(sent(sending, message(21, "grace", "faster")).chat).toMatchObject({
    messages: [{}, { key: "k" }],
    more: false,
  });
});

test("reading what is there already changes nothing but whether there is more", () => {
  const entries: ChatMessage[] = [{ key: "m5", message: message(5, "grace", "hi"), status: "saved" }];
  const state = roomState({
    chat: { messages: entries, more: true, typing: new Set(), pins: [], pinsMissing: false, threads: new Map() },
  });
  const read = applyLocal(state, { kind: "messages-loaded", messages: [message(5, "grace", "hi")], more: false });
  expect([read.chat.messages, read.chat.more]).toEqual([entries, false]);
});
