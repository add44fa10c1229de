// The reducer by itself: what changes nothing, signals, and what a caller is told of its own going. `judge` holds every event
// against a server.

import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ConnectResponseSchema, PresenceState, QuizPhase, ResetReason, Role } from "../proto.js";
import { member, presence, quizView, roomState, SAMPLE_ROOM_ID } from "../testing/index.js";
import type { RoomState } from "../types.js";
import { emptyRoom, nextTickMs, reduceRoom, TYPING_FOR_MS, tick } from "./index.js";
import type { RoomModel } from "./model.js";

type Response = Parameters<typeof response>[0];
type EventCase = object;

const response = (of: object) => create(ConnectResponseSchema, { response: of as never });
const after = (state: RoomState, of: Response, nowMs = 0) => reduceRoom(state, response(of), nowMs);
const event = (seq: bigint, of: EventCase, roomId = SAMPLE_ROOM_ID): Response => ({
  case: "event",
  value: { roomId, seq, timeMs: 1_893_499_200_000n, event: of },
});
const signal = (tickNumber: bigint, of: object): Response => ({
  case: "signals",
  value: { roomId: SAMPLE_ROOM_ID, tick: tickNumber, signals: [{ tick: tickNumber, signal: of as never }] },
});

const closed: EventCase = { case: "roomClosed", value: {} };
const STALE: [string, Response][] = [
  ["an event that was taken in", event(20n, closed)],
  ["an event of another room", event(21n, closed, "elsewhere")],
  ["progress that was made", { case: "progress", value: { roomId: SAMPLE_ROOM_ID, seq: 20n } }],
  ["a resumption with nothing to forget", { case: "resumed", value: { cursor: { roomId: SAMPLE_ROOM_ID } } }],
  ["a snapshot of another room", { case: "reset", value: { snapshot: { room: { id: "elsewhere" } } } }],
  ["a ping", { case: "ping", value: {} }],
  ["the end of another room", { case: "subscriptionEnded", value: { roomId: "elsewhere" } }],
];

test.each(STALE)("%s changes nothing", (_, response) => {
  const state = roomState({ quiz: quizView({ phase: QuizPhase.OPEN }) });
  expect(after(state, response)).toBe(state);
});

test("parts that an event does not touch stay the same objects", () => {
  const state = roomState({ quiz: quizView({ phase: QuizPhase.OPEN, as: "ada" }), as: "ada" });
  const next = after(
    state,
    event(21n, { case: "messageSent", value: { message: { seq: 21n, authorId: "grace", text: "hi" } } }),
  );
  expect(next.chat.messages).toHaveLength(1);
  expect(next.quiz).toBe(state.quiz);
  expect(next.members).toBe(state.members);
  expect(next.presences).toBe(state.presences);
  expect(next.cursor?.seq).toBe(21n);
});

test("events before the snapshot are nothing yet", () => {
  const state = emptyRoom(SAMPLE_ROOM_ID);
  expect(after(state, event(1n, closed))).toBe(state);
});

test("who is removed is told how, and is no member any more", () => {
  const state = roomState({ as: "ada" });
  const gone = after(
    state,
    event(21n, { case: "memberLeft", value: { userId: "ada", message: "bye", memberCount: 5 } }),
  );
  expect([gone.me, gone.left?.message, gone.status]).toEqual([undefined, "bye", "live"]);
  const error = { code: 7, reason: "NOT_MEMBER", message: "no member" };
  const ended = after(gone, { case: "subscriptionEnded", value: { roomId: SAMPLE_ROOM_ID, error } });
  expect([ended.status, ended.error?.rawMessage, ended.left?.message]).toEqual(["ended", "no member", "bye"]);
});

test("of signals the newest counts, whatever order they come in", () => {
  const away = { case: "presence", value: presence("ada", { state: PresenceState.AWAY }) };
  const online = { case: "presence", value: presence("ada") };
  const state = after(roomState(), signal(9n, away));
  expect(state.presences.get("ada")?.state).toBe(PresenceState.AWAY);
  expect(after(state, signal(8n, online))).toBe(state);
  expect(after(state, signal(10n, online)).presences.get("ada")?.state).toBe(PresenceState.ONLINE);
});

test("a server that begins to count anew is heard after the subscription went on", () => {
  const away = { case: "presence", value: presence("ada", { state: PresenceState.AWAY }) };
  const state = after(roomState(), signal(9n, { case: "presence", value: presence("ada") }));
  const resumed = after(state, { case: "resumed", value: { cursor: { roomId: SAMPLE_ROOM_ID, seq: 20n } } });
  expect(after(resumed, signal(1n, away)).presences.get("ada")?.state).toBe(PresenceState.AWAY);
});

test("who comes and goes for days is not remembered for ever", () => {
  const live = roomState();
  let state = live;
  for (let batch = 0; batch < 10; batch++) {
    const signals = Array.from({ length: 1_000 }, (_, n) => ({
      tick: BigInt(batch + 1),
      signal: { case: "presence" as const, value: presence(`u${batch}-${n}`) },
    }));
    state = after(state, { case: "signals", value: { roomId: SAMPLE_ROOM_ID, signals } });
  }
  const { ticks, strangers }: RoomModel = state;
  expect([ticks?.size, strangers?.size]).toEqual([4_096, 64]);
  expect(strangers?.has("u9-999")).toBe(true);
  expect(state.presences).toBe(live.presences);
});

test("presence that comes before its member is kept for it", () => {
  const zoe = presence("zoe", { changeTimeMs: 1_893_499_200_001n });
  const early = after(roomState(), signal(1n, { case: "presence", value: zoe }));
  expect(early.presences.has("zoe")).toBe(false);
  const joined = after(early, event(21n, { case: "memberJoined", value: { member: member("zoe"), memberCount: 7 } }));
  expect(joined.presences.get("zoe")).toEqual(zoe);
});

test("typing ends by word, by message, by time, and is never one's own", () => {
  const types = (userId: string, typing = true) => ({ case: "typing", value: { userId, typing } });
  const state = after(roomState({ as: "ada" }), signal(1n, types("grace")), 1000);
  expect([...state.chat.typing]).toEqual(["grace"]);
  expect(after(state, signal(2n, types("ada"))).chat.typing.size).toBe(1);
  expect(after(state, signal(2n, types("grace", false))).chat.typing.size).toBe(0);
  const said = { case: "messageSent", value: { message: { seq: 21n, authorId: "grace", text: "hi" } } } as const;
  expect(after(state, event(21n, said)).chat.typing.size).toBe(0);
  expect(nextTickMs(state)).toBe(1000 + TYPING_FOR_MS);
  expect(tick(state, 1000 + TYPING_FOR_MS - 1)).toBe(state);
  const over = tick(state, 1000 + TYPING_FOR_MS);
  expect(over.chat.typing.size).toBe(0);
  expect(nextTickMs(over)).toBeUndefined();
});

test("typing on and on draws nothing anew, and lasts longer", () => {
  const types = { case: "typing", value: { userId: "grace", typing: true } };
  const state = after(roomState({ as: "ada" }), signal(1n, types), 1000);
  const later = after(state, signal(2n, types), 3000);
  expect(later.chat.typing).toBe(state.chat.typing);
  expect(nextTickMs(later)).toBe(3000 + TYPING_FOR_MS);
});

test("progress and screens count for the open question only", () => {
  const state = roomState({ as: "ada", quiz: quizView({ phase: QuizPhase.OPEN, as: "ada" }) });
  const progress = (index: number) =>
    signal(1n, { case: "answerProgress", value: { index, answered: 4, expected: 5 } });
  expect(after(state, progress(0)).quiz?.state.answeredCount).toBe(4);
  expect(after(state, progress(1)).quiz).toBe(state.quiz);
  const revealed = roomState({ as: "ada", quiz: quizView({ phase: QuizPhase.REVEALED, as: "ada" }) });
  expect(after(revealed, progress(0)).quiz).toBe(revealed.quiz);
});

test("a snapshot keeps what only this client knows", () => {
  const before = roomState({ as: "ada", quiz: quizView({ phase: QuizPhase.REVEALED, as: "ada" }) });
  const snapshot = {
    room: { id: SAMPLE_ROOM_ID },
    cursor: { roomId: SAMPLE_ROOM_ID, epoch: 1n, seq: 40n },
    me: member("ada", { role: Role.MEMBER }),
    quiz: { ...quizView({ phase: QuizPhase.LEADERBOARD, as: "ada" }).state },
  };
  const reset: Response = { case: "reset", value: { reason: ResetReason.TOO_FAR_BEHIND, snapshot } };
  const next = after(before, reset);
  expect(next.quiz?.own).toEqual(before.quiz?.own);
  expect([...(next.quiz?.reveals.keys() ?? [])]).toEqual([0]);
  const another = after(before, {
    case: "reset",
    value: { snapshot: { ...snapshot, cursor: { epoch: 2n, seq: 1n } } },
  });
  expect([another.quiz?.own?.answer, another.quiz?.reveals.size]).toEqual([undefined, 0]);
});
