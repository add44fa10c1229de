// @vitest-environment node
// The judge of the reducer: a whole game at a real server, where after every event the folded state of each caller is what a
// fresh snapshot says.

import { readFileSync } from "node:fs";
import { fromJson, type JsonValue } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test } from "vitest";
import { QuestionKind, type Quiz, QuizPhase, QuizSchema, Role, RoomKind, RoomService } from "../proto.js";
import { anyAnswer } from "./judge/answers.js";
import { compare, compareSignals } from "./judge/compare.js";
import { Person, transportTo } from "./judge/person.js";
import { hasServer, type Server, startServer } from "./judge/server.js";

let server: Server;
let host: Person;
let ada: Person;
let ben: Person;
let wall: Person;
let roomId = "";
let code = "";

beforeAll(async () => {
  if (hasServer) server = await startServer();
});

afterAll(async () => {
  for (const person of [host, ada, ben, wall]) person?.leave();
  await server?.stop();
});

test.skipIf(!hasServer)("every event leads to what a snapshot says", { timeout: 240_000 }, async () => {
  await opening();
  await talk();
  const quiz = await host.quiz.createQuiz({ requestId: host.id(), quiz: everyKind() });
  const quizId = quiz.quiz?.id ?? "";
  const count = quiz.quiz?.questions.length ?? 0;
  await step(() => host.quiz.loadQuiz({ requestId: host.id(), roomId, quizId }));
  await step(() => host.quiz.startQuiz({ requestId: host.id(), roomId }));
  await step(() => host.quiz.pauseQuiz({ requestId: host.id(), roomId }));
  await step(() => host.quiz.resumeQuiz({ requestId: host.id(), roomId }));
  const kinds = new Set<QuestionKind>();
  for (let index = 0; index < count; index++) {
    kinds.add(await question(index));
  }
  expect(kinds.size).toBe(12);
  await phase(QuizPhase.LEADERBOARD);
  await advance(QuizPhase.ENDED);
  await step(() => host.quiz.skipQuestion({ requestId: host.id(), roomId, questionIndex: 0 }));
  await again(quizId);
  await farewell();
  for (const kind of EVERY_EVENT) expect(host.heard, kind).toContain(kind);
});

/** Everything that a host hears of in this story. */
const EVERY_EVENT = [
  "roomUpdated",
  "memberJoined",
  "memberLeft",
  "memberUpdated",
  "userBanned",
  "userUnbanned",
  "invitationCreated",
  "invitationRevoked",
  "quizLoaded",
  "quizStarted",
  "questionShown",
  "questionOpened",
  "optionsReduced",
  "answerAccepted",
  "questionClosed",
  "questionRevealed",
  "leaderboardShown",
  "quizPaused",
  "quizResumed",
  "questionExtended",
  "questionSkipped",
  "quizEnded",
  "autoAdvanceSet",
  "messageSent",
  "messageEdited",
  "messageDeleted",
  "reactionChanged",
];

/** A room with a host, two players of whom one has more time and fewer options, and a projector. */
async function opening(): Promise<void> {
  host = new Person(server.url, "host", server.token("host"));
  const { room } = await host.room.createRoom({
    requestId: host.id(),
    kind: RoomKind.QUIZ,
    title: "Judged",
    teams: ["Red", "Blue"],
  });
  roomId = room?.id ?? "";
  code = room?.joinCode ?? "";
  await host.hear(roomId);
  ada = await guest("Ada");
  ben = await guest("Ben");
  wall = await guest("Wall", true);
  await settled();
  await step(() => host.room.updateRoom({ requestId: host.id(), roomId, title: "Judged well" }));
  const accommodations = { timePercent: 150, fewerOptions: 1 };
  const userId = ben.state.me?.userId ?? "";
  await step(() => host.room.updateMember({ requestId: host.id(), roomId, userId, accommodations }));
  await step(() =>
    ada.room.updateMember({ requestId: ada.id(), roomId, userId: ada.state.me?.userId ?? "", nickname: "Ada L" }),
  );
  const { invitation } = await host.room.createInvitation({
    requestId: host.id(),
    roomId,
    role: Role.OBSERVER,
    maxUses: 2,
  });
  await settled();
  const remote = await guest("Remote", true, invitation?.code);
  await settled();
  await step(() => remote.room.leaveRoom({ requestId: remote.id(), roomId }));
  remote.leave();
  await step(() => host.room.revokeInvitation({ requestId: host.id(), roomId, code: invitation?.code ?? "" }));
  await step(() => host.room.banUser({ requestId: host.id(), roomId, userId: "mallory" }));
  await step(() => host.room.unbanUser({ requestId: host.id(), roomId, userId: "mallory" }));
}

async function guest(nickname: string, observe = false, by = code): Promise<Person> {
  const nobody = createClient(RoomService, transportTo(server.url, ""));
  const { seatToken } = await nobody.joinRoom({ requestId: crypto.randomUUID(), joinCode: by, nickname, observe });
  const person = new Person(server.url, nickname.toLowerCase(), seatToken);
  await person.hear(roomId);
  return person;
}

async function talk(): Promise<void> {
  const { message } = await ada.chat.sendMessage({ requestId: ada.id(), roomId, text: "Hello  " });
  const messageSeq = message?.seq ?? 0n;
  await settled();
  await step(() => ben.chat.sendMessage({ requestId: ben.id(), roomId, text: "Hi!", replyTo: messageSeq }));
  await step(() => ada.chat.editMessage({ requestId: ada.id(), roomId, messageSeq, text: "Hello, all" }));
  const react = (who: Person, emoji: string, present: boolean) =>
    step(() => who.chat.setReaction({ requestId: who.id(), roomId, messageSeq, emoji, present }));
  await react(ada, "👍", true);
  await react(ben, "❤️", true);
  await react(host, "❤️", true);
  await react(host, "👍", true);
  await react(ada, "☕", true);
  await react(ben, "❤️", false);
  await react(ada, "☕", false);
  await step(() => host.chat.deleteMessage({ requestId: host.id(), roomId, messageSeq }));
  await ada.presence.setPresence({ roomId, state: 2, status: "tea" });
  await ben.chat.setTyping({ roomId, typing: true });
  await host.until("typing", (state) => state.chat.typing.size === 1);
  await ben.chat.setTyping({ roomId, typing: false });
  await host.until("silence", (state) => state.chat.typing.size === 0);
  await Promise.all(everybody().map(compareSignals));
}

/** One question from its stem to the ranking, with something else happening in each. */
async function question(index: number): Promise<QuestionKind> {
  await advance(QuizPhase.READING);
  if (index === 1) {
    await step(() => host.quiz.pauseQuiz({ requestId: host.id(), roomId }));
    await step(() => host.quiz.resumeQuiz({ requestId: host.id(), roomId }));
  }
  await advance(QuizPhase.OPEN);
  const { prompt } = ada.state.quiz?.state ?? {};
  const kind = prompt?.kind ?? QuestionKind.UNSPECIFIED;
  if (index === 2) await paused();
  if (index === 3) await step(() => host.quiz.extendQuestion({ requestId: host.id(), roomId, extraMs: 7000 }));
  if (index === 4) {
    // Nobody had the time to answer; the ranking of the questions before comes next.
    await step(() => host.quiz.skipQuestion({ requestId: host.id(), roomId, questionIndex: index }));
    await phase(QuizPhase.LEADERBOARD);
    return kind;
  }
  await opened();
  if (index === 5) await lateComer(kind);
  await answer(ada, kind, index);
  await Promise.all([ada, ben, wall].map(compareSignals));
  if (index % 3 === 0) {
    await answer(ben, kind, index + 1);
    await phase(QuizPhase.CLOSED);
  } else {
    await advance(QuizPhase.CLOSED);
  }
  if (index === 7) return automatic(kind);
  if (index === 8) await tooLate();
  await advance(QuizPhase.REVEALED);
  await advance(QuizPhase.LEADERBOARD);
  if (index === 6) await step(() => host.quiz.skipQuestion({ requestId: host.id(), roomId, questionIndex: 1 }));
  return kind;
}

async function paused(): Promise<void> {
  await step(() => host.quiz.pauseQuiz({ requestId: host.id(), roomId }));
  await step(() => host.quiz.extendQuestion({ requestId: host.id(), roomId, extraMs: 3000 }));
  await step(() => host.quiz.resumeQuiz({ requestId: host.id(), roomId }));
}

/** Somebody comes in while the question is open, answers and goes again. */
async function lateComer(kind: QuestionKind): Promise<void> {
  const cleo = await guest("Cleo");
  await settled();
  await answer(cleo, kind, 3);
  cleo.leave();
  await step(() => cleo.room.leaveRoom({ requestId: cleo.id(), roomId }));
}

/** Somebody comes in when the question has closed, and goes again. */
async function tooLate(): Promise<void> {
  const dora = await guest("Dora");
  await settled();
  dora.leave();
  await step(() => dora.room.leaveRoom({ requestId: dora.id(), roomId }));
}

/** The game goes on by itself from the closing to the ranking, and is then taken back into the host's hands. */
async function automatic(kind: QuestionKind): Promise<QuestionKind> {
  await step(() => host.quiz.setAutoAdvance({ requestId: host.id(), roomId, enabled: true }));
  await phase(QuizPhase.REVEALED);
  await step(() => host.quiz.pauseQuiz({ requestId: host.id(), roomId }));
  await step(() => host.quiz.setAutoAdvance({ requestId: host.id(), roomId, enabled: false }));
  await step(() => host.quiz.setAutoAdvance({ requestId: host.id(), roomId, enabled: true }));
  await step(() => host.quiz.resumeQuiz({ requestId: host.id(), roomId }));
  await phase(QuizPhase.LEADERBOARD);
  await step(() => host.quiz.setAutoAdvance({ requestId: host.id(), roomId, enabled: false }));
  return kind;
}

/** A second game of the same quiz, ended in the middle of a question. */
async function again(quizId: string): Promise<void> {
  await step(() => host.quiz.loadQuiz({ requestId: host.id(), roomId, quizId }));
  await step(() => host.quiz.startQuiz({ requestId: host.id(), roomId }));
  await advance(QuizPhase.READING);
  // Before anything is revealed there is nothing to rank: the next stem follows at once.
  await step(() => host.quiz.skipQuestion({ requestId: host.id(), roomId, questionIndex: 0 }));
  await advance(QuizPhase.OPEN);
  await step(() => host.quiz.pauseQuiz({ requestId: host.id(), roomId }));
  await step(() => host.quiz.endQuiz({ requestId: host.id(), roomId }));
}

async function farewell(): Promise<void> {
  const userId = ben.state.me?.userId ?? "";
  await step(() => host.room.updateMember({ requestId: host.id(), roomId, userId, role: Role.CO_HOST }));
  expect(ben.state.me?.role).toBe(Role.CO_HOST);
  await step(() => host.room.updateMember({ requestId: host.id(), roomId, userId, role: Role.MEMBER }));
  const adaId = ada.state.me?.userId ?? "";
  await host.room.banUser({ requestId: host.id(), roomId, userId: adaId, reason: "rude" });
  await ada.until("the end", (state) => state.status === "ended");
  expect(ada.state.left?.message).toBe("rude");
  expect(ada.state.error).toBeDefined();
  for (const person of [host, ben, wall]) await compare(person);
  await Promise.all([host, ben, wall].map(compareSignals));
  await host.room.closeRoom({ requestId: host.id(), roomId });
  await host.until("the end", (state) => state.room?.closeTimeMs !== 0n);
  await compare(host);
}

function everybody(): Person[] {
  return [host, ada, ben, wall];
}

/** A command, and then a comparison for everybody. */
async function step(command: () => Promise<unknown>): Promise<void> {
  await command();
  await settled();
}

async function settled(): Promise<void> {
  await Promise.all(everybody().map(compare));
}

async function advance(to: QuizPhase): Promise<void> {
  await host.quiz.advanceQuiz({ requestId: host.id(), roomId });
  await phase(to);
}

async function phase(wanted: QuizPhase): Promise<void> {
  for (const person of everybody()) {
    await person.until(QuizPhase[wanted], (state) => state.quiz?.state.phase === wanted);
  }
  await settled();
}

/** Waits until answers are taken. */
async function opened(): Promise<void> {
  const opens = Number(ada.state.quiz?.state.openTimeMs ?? 0n);
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, opens - Date.now()) + 5));
}

async function answer(person: Person, kind: QuestionKind, nth: number): Promise<void> {
  const { form, hiddenOptions = [], prompt } = person.state.quiz?.state ?? {};
  const given = anyAnswer(kind, form, nth, hiddenOptions);
  await step(() =>
    person.quiz.submitAnswer({ requestId: person.id(), roomId, questionIndex: prompt?.index ?? 0, answer: given }),
  );
}

/** A quiz with a question of every kind, from the examples; each with a second to read, and half a minute to answer. */
function everyKind(): Quiz {
  const [physics, capitals] = ["seven-wonders-of-physics", "capitals-and-coasts"].map((name) => {
    const file = new URL(`../../../../../examples/quizzes/${name}.json`, import.meta.url);
    return fromJson(QuizSchema, JSON.parse(readFileSync(file, "utf8")) as JsonValue);
  });
  if (physics === undefined || capitals === undefined) throw new Error("there are examples");
  const poll = capitals.questions.find((each) => each.kind.case === "poll");
  if (poll?.kind.case !== "poll") throw new Error("the example has a poll");
  const several = { ...poll, kind: { case: "poll" as const, value: { ...poll.kind.value, multiple: true } } };
  const questions = [...physics.questions, several].map((each) => ({ ...each, timeLimitMs: 30_000 }));
  const settings = physics.settings;
  if (settings === undefined) throw new Error("the example has settings");
  return { ...physics, questions, settings: { ...settings, revealMs: 1000, leaderboardMs: 30_000 } };
}
