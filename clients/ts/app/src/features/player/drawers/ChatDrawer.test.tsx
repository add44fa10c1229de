// The chat on a phone: beside the game it can be opened, and it never stands before the answers.
import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { PresenceService, QuizPhase } from "@trivium/client/proto";
import { chat, chatMessage, fakeSession, member, message, quizView, roomState } from "@trivium/client/testing";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import "../index";
import { draw } from "../../../testing/render";
import { giveSizes } from "../../../testing/sizes";
import Game from "../Game";

beforeEach(() => giveSizes());
afterEach(() => {
  vi.restoreAllMocks();
});

function play(phase: QuizPhase) {
  const state = roomState({
    as: "grace",
    quiz: quizView({ phase }),
    chat: chat([chatMessage(message(31, "ada", "Hello"))]),
  });
  const session = fakeSession({ rooms: [state], seat: { roomId: "room-1", member: member("grace") } });
  const nothing = () => {};
  draw(<Game session={session} onAgain={nothing} onLeft={nothing} onTakeBack={nothing} />, session);
  return session;
}

test("opens beside the lobby, and makes room when a question opens", async () => {
  const session = play(QuizPhase.LOBBY);
  fireEvent.click(screen.getByRole("button", { name: /^Chat/ }));
  expect(await screen.findByText("Hello")).toBeTruthy();
  act(() => session.setRoom("room-1", { quiz: quizView({ phase: QuizPhase.OPEN }) }));
  await waitFor(() => expect(screen.queryByText("Hello")).toBeNull());
  const button = screen.getByRole("button", { name: /^Chat.*after this question/ });
  expect(button.getAttribute("aria-disabled")).toBe("true");
  fireEvent.click(button);
  expect(screen.queryByRole("dialog")).toBeNull();
  // Nor does it jump back by itself.
  act(() => session.setRoom("room-1", { quiz: quizView({ phase: QuizPhase.REVEALED }) }));
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("a hand goes up in the middle of a question, and says its place in the line", async () => {
  const session = play(QuizPhase.OPEN);
  fireEvent.click(screen.getByRole("button", { name: "Raise hand" }));
  await waitFor(() =>
    expect(session.commands.at(-1)).toMatchObject({
      method: `${PresenceService.typeName}.RaiseHand`,
      request: { roomId: "room-1", raised: true },
    }),
  );
  act(() =>
    session.setRoom("room-1", {
      hands: [
        { userId: "ada", timeMs: 1n },
        { userId: "grace", timeMs: 2n },
      ],
    }),
  );
  expect(screen.getByRole("button", { name: "Lower hand, number 2 in line" })).toBeTruthy();
});
