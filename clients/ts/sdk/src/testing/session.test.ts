// The fake session, as an application's tests use it.

import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { QuizPhase, QuizService } from "../proto.js";
import { fakeSession, QUESTION_KINDS, QUIZ_PHASES, quizView, roomState } from "./index.js";

test("records commands and answers them by handlers", async () => {
  const session = fakeSession({ rooms: [roomState()] });
  session.handle(QuizService.method.startQuiz, () => ({ seq: 7n }));
  session.handle(QuizService.method.endQuiz, () => {
    throw new ConnectError("not now", Code.FailedPrecondition);
  });
  const quiz = session.client(QuizService);
  expect((await quiz.startQuiz({ roomId: "room-1" })).seq).toBe(7n);
  await expect(quiz.endQuiz({ roomId: "room-1" })).rejects.toThrow("not now");
  expect((await quiz.pauseQuiz({ roomId: "room-1" })).seq).toBe(0n);
  expect(session.commands.map((each) => each.method)).toEqual([
    "trivium.v1.QuizService.StartQuiz",
    "trivium.v1.QuizService.EndQuiz",
    "trivium.v1.QuizService.PauseQuiz",
  ]);
});

test("shares the state of a room between its handles", () => {
  const session = fakeSession({ rooms: [roomState({ as: "ada" })] });
  const room = session.room("room-1");
  let told = 0;
  room.state.subscribe(() => {
    told += 1;
  });
  session.setRoom("room-1", { quiz: quizView({ phase: QuizPhase.OPEN, as: "ada" }) });
  expect(room.state.get().quiz?.state.phase).toBe(QuizPhase.OPEN);
  expect(told).toBe(1);
  room.release();
  expect(session.heard.size).toBe(0);
});

test.each(QUESTION_KINDS)("kind %s has every phase", (kind) => {
  for (const phase of QUIZ_PHASES) {
    const { state } = quizView({ kind, phase, as: "ada" });
    expect(state.prompt !== undefined).toBe(phase >= QuizPhase.READING && phase <= QuizPhase.LEADERBOARD);
    expect(state.reveal !== undefined).toBe(phase === QuizPhase.REVEALED);
  }
});
