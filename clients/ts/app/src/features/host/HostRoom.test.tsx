// Every state of the host's page, its keys, and what happens when commands fail.

import { Code, ConnectError } from "@connectrpc/connect";
import { fireEvent, screen, waitFor } from "@testing-library/react";
import { PresenceState, QuestionKind, QuizPhase, QuizService, Role } from "@trivium/client/proto";
import {
  member,
  presence,
  QUESTION_KINDS,
  type QuizOptions,
  quizView,
  roomState,
  sampleQuestion,
} from "@trivium/client/testing";
import { describe, expect, it } from "vitest";
import { given, renderHost } from "./testing/render";

const inPhase = (phase: QuizPhase, options: QuizOptions = {}) => ({
  rooms: [roomState({ quiz: quizView({ ...options, phase }) })],
});
const press = (key: string) => fireEvent.keyDown(document.body, { key });
const heading = () => screen.getByRole("heading", { level: 1 }).textContent;

describe("screens", () => {
  it.each([
    ["a lobby", QuizPhase.LOBBY, /Twelve kinds/, ["5 players", "Manage Ada"]],
    ["a countdown", QuizPhase.STARTING, /Twelve kinds/, ["The quiz starts in", "Question 1 of 12"]],
    ["a stem", QuizPhase.READING, /shortest day/, ["Question 1 of 12", "Answers open in a moment"]],
    ["a question", QuizPhase.OPEN, /shortest day/, ["2 of 5 answered", "Jupiter", "Still answering"]],
    ["the end of time", QuizPhase.CLOSED, /shortest day/, ["Everybody has answered!", "Jupiter"]],
    ["a reveal", QuizPhase.REVEALED, /shortest day/, ["3 of 5 right", "Fastest: Ada in 1.5 s", "60%"]],
    ["a ranking", QuizPhase.LEADERBOARD, /Leaderboard/, ["Ada", "2,600"]],
    ["a podium", QuizPhase.ENDED, /And the winners/, ["Place 1"]],
  ])("%s", (_, phase, title, texts) => {
    renderHost(inPhase(phase));
    expect(heading()).toMatch(title);
    expect(document.activeElement).toBe(screen.getByRole("heading", { level: 1 }));
    const page = document.body.textContent ?? "";
    const labels = [...document.querySelectorAll("[aria-label]")].map((each) => each.getAttribute("aria-label"));
    for (const text of texts) expect(page.includes(text) || labels.includes(text), text).toBe(true);
    // Who is late finds the way in on every screen.
    expect(page.replaceAll(/\s/g, "")).toContain("KQ7M2P");
  });

  it.each(QUESTION_KINDS.map((kind) => [QuestionKind[kind], kind] as const))("%s, open and revealed", (_, kind) => {
    const session = renderHost(inPhase(QuizPhase.OPEN, { kind }));
    const { prompt, form } = sampleQuestion(kind);
    expect(heading()).toBe(prompt.text);
    for (const option of [...form.options, ...form.matches]) expect(screen.getAllByText(option)[0]).toBeTruthy();
    session.setRoom("room-1", { quiz: quizView({ kind, phase: QuizPhase.REVEALED }) });
    return waitFor(() => expect(document.querySelector("main")?.dataset.stage).toBe("reveal"));
  });

  it("waits with the options until the moment on every screen", async () => {
    const quiz = quizView({ phase: QuizPhase.OPEN });
    const later = { ...quiz, state: { ...quiz.state, openTimeMs: quiz.state.openTimeMs + 4060n } };
    const session = renderHost({ rooms: [roomState({ quiz: later })] });
    expect(screen.queryByText("Jupiter")).toBeNull();
    session.advance(100);
    await screen.findByText("Jupiter");
  });

  it("lays a pause over the question, and Space goes on", () => {
    const quiz = quizView({ phase: QuizPhase.OPEN });
    const session = renderHost({
      rooms: [roomState({ quiz: { ...quiz, state: { ...quiz.state, paused: true, remainingMs: 9000 } } })],
    });
    expect(screen.getByText("9 s left")).toBeTruthy();
    press(" ");
    expect(given(session)).toEqual(["ResumeQuiz"]);
  });

  it("tells why a room is over", () => {
    renderHost({ rooms: [roomState({ status: "ended" })] });
    expect(heading()).toBe("This room is closed");
  });
});

describe("keys", () => {
  it.each([
    [" ", QuizPhase.LOBBY, ["AdvanceQuiz"]],
    [" ", QuizPhase.OPEN, ["AdvanceQuiz"]],
    ["r", QuizPhase.OPEN, ["AdvanceQuiz", "AdvanceQuiz"]],
    ["r", QuizPhase.LEADERBOARD, []],
    ["p", QuizPhase.OPEN, ["PauseQuiz"]],
    ["p", QuizPhase.LOBBY, []],
    ["e", QuizPhase.OPEN, ["ExtendQuestion"]],
    ["E", QuizPhase.OPEN, ["ExtendQuestion"]],
    ["e", QuizPhase.READING, []],
    ["s", QuizPhase.READING, ["SkipQuestion"]],
    ["l", QuizPhase.LOBBY, ["UpdateRoom"]],
    ["a", QuizPhase.OPEN, ["SetAutoAdvance"]],
    [" ", QuizPhase.ENDED, []],
  ])("%j in phase %i", async (key, phase, methods) => {
    const session = renderHost(inPhase(phase));
    press(key);
    await waitFor(() => expect(given(session).filter((name) => name !== "GetResults")).toEqual(methods));
  });

  it("says which phase the host saw, and gives one command at a time", async () => {
    const session = renderHost(inPhase(QuizPhase.OPEN));
    press(" ");
    press(" ");
    await waitFor(() => expect(screen.getByRole("button", { name: /Close answers/ }).ariaDisabled).toBeFalsy());
    expect(session.commands.map(({ request }) => request)).toMatchObject([{ fromPhase: QuizPhase.OPEN }]);
  });

  it("leaves the keys to whoever types", async () => {
    const session = renderHost(inPhase(QuizPhase.OPEN));
    press("c");
    const field = await screen.findByRole("textbox", { name: "Write a message" });
    fireEvent.keyDown(field, { key: "p" });
    expect(given(session)).toEqual([]);
  });

  it("does nothing for those who look on", () => {
    const session = renderHost({ rooms: [roomState({ as: "ada", quiz: quizView({ phase: QuizPhase.OPEN }) })] });
    press(" ");
    expect(given(session)).toEqual([]);
    expect(screen.getByText(/You look on/)).toBeTruthy();
  });
});

describe("failures", () => {
  it.each([
    ["PHASE_CHANGED", undefined],
    ["PAUSED", "The game is paused."],
  ])("%s", async (name, text) => {
    const session = renderHost(inPhase(QuizPhase.OPEN));
    session.handle(QuizService.method.advanceQuiz, () => {
      throw refusal(name);
    });
    const { toast } = await import("sonner");
    const before = toast.getHistory().length;
    press(" ");
    await waitFor(() => expect(given(session)).toHaveLength(1));
    await waitFor(() => expect(screen.getByRole("button", { name: /Close answers/ }).ariaDisabled).toBeFalsy());
    expect(toast.getHistory().slice(before)).toMatchObject(text === undefined ? [] : [{ title: text }]);
  });
});

it("keeps the screen while the connection is away, and says that nothing is lost", async () => {
  const session = renderHost(inPhase(QuizPhase.OPEN));
  session.setConnection({ status: "reconnecting" });
  expect((await screen.findByText(/everybody keeps their seat/)).textContent).toBeTruthy();
  expect(heading()).toMatch(/shortest day/);
});

describe("people", () => {
  it.each([
    ["Mute", "MuteMember", { userId: "ada", durationMs: 600_000 }],
    ["Remove", "RemoveMember", { userId: "ada" }],
    ["Ban", "BanUser", { userId: "ada", durationMs: 600_000 }],
  ])("%s takes two presses", async (name, method, request) => {
    const session = renderHost(inPhase(QuizPhase.LOBBY));
    fireEvent.click(screen.getByRole("button", { name: "Manage Ada" }));
    fireEvent.click(await screen.findByRole("button", { name }));
    await waitFor(() => expect(given(session)).toEqual([method]));
    expect(session.commands[0]?.request).toMatchObject(request);
  });

  it("close with Escape wherever the focus is", async () => {
    renderHost(inPhase(QuizPhase.LOBBY));
    fireEvent.click(screen.getByRole("button", { name: "Manage Ada" }));
    await screen.findByRole("complementary", { name: "Ada" });
    fireEvent.keyDown(document.body, { key: "Escape" });
    expect(screen.queryByRole("complementary")).toBeNull();
  });

  it("gives a player more time", async () => {
    const session = renderHost(inPhase(QuizPhase.LOBBY));
    fireEvent.click(screen.getByRole("button", { name: "Manage Ada" }));
    fireEvent.change(await screen.findByLabelText("Time to answer"), { target: { value: "150" } });
    await waitFor(() =>
      expect(session.commands[0]?.request).toMatchObject({ userId: "ada", accommodations: { timePercent: 150 } }),
    );
  });

  it("lets a co-host take over from a host who is away", () => {
    const state = roomState({ as: "ada", quiz: quizView({ phase: QuizPhase.LOBBY }) });
    const ada = member("ada", { role: Role.CO_HOST });
    const session = renderHost({
      rooms: [
        {
          ...state,
          me: ada,
          members: new Map(state.members).set("ada", ada),
          presences: new Map(state.presences).set("host", presence("host", { state: PresenceState.OFFLINE })),
        },
      ],
    });
    fireEvent.click(screen.getByRole("button", { name: "Take over as host" }));
    expect(given(session)).toEqual(["TakeHost"]);
  });
});

/** A refusal with the server's reason. */
function refusal(name: string): ConnectError {
  const error = new ConnectError(name, Code.FailedPrecondition);
  const text = (field: number, value: string) => [(field << 3) | 2, value.length, ...new TextEncoder().encode(value)];
  error.details.push({
    type: "google.rpc.ErrorInfo",
    value: new Uint8Array([...text(1, name), ...text(2, "trivium")]),
  });
  return error;
}
