// The form before a game follows the quiz that is picked.
import { act, fireEvent, screen } from "@testing-library/react";
import { QuizService } from "@trivium/client/proto";
import { fakeSession } from "@trivium/client/testing";
import { expect, test } from "vitest";
import "../index";
import { draw } from "../../../testing/render";
import { Setup } from "./Setup";

test("an answer about a quiz that is picked no more changes nothing", async () => {
  const session = fakeSession();
  session.handle(QuizService.method.listQuizzes, () => ({
    quizzes: ["slow", "quick"].map((id) => ({ id, title: id, questionCount: 1 })),
  }));
  const answers = new Map<string, () => void>();
  session.handle(
    QuizService.method.getQuiz,
    ({ quizId }) =>
      new Promise((resolve) => {
        const settings = { streakBonus: quizId === "slow" };
        answers.set(quizId, () => resolve({ quiz: { id: quizId, revision: 1, title: quizId, settings } }));
      }),
  );
  draw(<Setup />, session);
  fireEvent.click(await screen.findByRole("button", { name: /slow/ }));
  fireEvent.click(screen.getByRole("button", { name: /quick/ }));
  await act(async () => answers.get("quick")?.());
  await act(async () => answers.get("slow")?.());
  expect(screen.getByRole("button", { name: /quick/ }).getAttribute("aria-pressed")).toBe("true");
  expect(screen.getByLabelText<HTMLInputElement>(/Bonus for streaks/).checked).toBe(false);
});
