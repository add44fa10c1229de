// Every state of the game on a player's screen, through a session without a server.

import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { LeaveReason, MemberLeftSchema, QuestionKind, QuizPhase, QuizService } from "@trivium/client/proto";
import {
  type FakeSession,
  fakeSession,
  member,
  QUESTION_KINDS,
  type QuizOptions,
  quizView,
  roomState,
  SAMPLE_ROOM_ID,
  SAMPLE_TIME_MS,
} from "@trivium/client/testing";
import { afterEach, describe, expect, it, vi } from "vitest";
import "./index";
import type { QuizView } from "@trivium/client";
import { usePreferences } from "../../lib/preferences";
import { draw } from "../../testing/render";
import Game from "./Game";

const AS = "grace";

interface Drawn {
  readonly session: FakeSession;
  readonly onAgain: ReturnType<typeof vi.fn>;
}

/** The game as Grace sees it, in a phase; `change` is put on top of the view. */
function play(options: QuizOptions, change: (view: QuizView) => Partial<QuizView> = () => ({})): Drawn {
  const view = quizView({ as: AS, ...options });
  const quiz = { ...view, ...change(view) };
  const session = fakeSession({
    rooms: [roomState({ as: AS, quiz })],
    seat: { roomId: SAMPLE_ROOM_ID, member: member(AS) },
  });
  const onAgain = vi.fn();
  draw(<Game session={session} onAgain={onAgain} onLeft={vi.fn()} onTakeBack={vi.fn()} />);
  return { session, onAgain };
}

const heading = () => screen.getAllByRole("heading")[0]?.textContent;
const status = () =>
  screen
    .getAllByRole("status")
    .map((each) => each.textContent)
    .join(" ");
const submitted = (session: FakeSession) =>
  session.commands.filter(({ method }) => method.endsWith("SubmitAnswer")).map(({ request }) => request);

afterEach(() => usePreferences.setState({ showQuestion: true }));

describe("the states of a game", () => {
  it.each([
    [QuizPhase.LOBBY, "You're in, Grace!"],
    [QuizPhase.STARTING, "Get ready"],
    [QuizPhase.READING, "Which planet has the shortest day?"],
    [QuizPhase.OPEN, "Which planet has the shortest day?"],
    [QuizPhase.CLOSED, "Which planet has the shortest day?"],
    [QuizPhase.REVEALED, "Correct!"],
    [QuizPhase.LEADERBOARD, "Ranking"],
    [QuizPhase.ENDED, "Place 2!"],
  ])("phase %i shows “%s”, and the focus is there", (phase, title) => {
    play({ phase });
    expect(heading()).toBe(title);
    expect(document.activeElement?.textContent).toBe(title);
  });

  it("shows no options before they may be drawn", () => {
    play({ phase: QuizPhase.OPEN }, ({ state }) => ({ state: { ...state, openTimeMs: BigInt(SAMPLE_TIME_MS + 900) } }));
    expect(screen.queryByText("Jupiter")).toBeNull();
  });

  it("tells when it drew them", async () => {
    const { session } = play({ phase: QuizPhase.OPEN });
    await waitFor(() =>
      expect(session.commands.map(({ method }) => method)).toContain("trivium.v1.QuizService.ReportDrawn"),
    );
  });

  it("says that time stands still", () => {
    play({ phase: QuizPhase.OPEN }, ({ state }) => ({ state: { ...state, paused: true, remainingMs: 9000 } }));
    expect(screen.getByText("Paused by the host")).toBeTruthy();
    expect(screen.getByRole("timer").textContent).toBe("9");
    expect(screen.getByRole("button", { name: /Jupiter/ }).getAttribute("aria-disabled")).toBe("true");
  });

  it.each([
    ["none", "Time's up"],
    ["right", "Locked 2.7 s"],
  ] as const)("is not silent when time is up (%s)", (answered, words) => {
    play({ phase: QuizPhase.CLOSED, answered });
    expect(status()).toContain(words);
  });

  it("hides the question from who does not want it here", () => {
    usePreferences.setState({ showQuestion: false });
    play({ phase: QuizPhase.OPEN });
    expect(heading()).toBe("The question is on the big screen.");
    expect(screen.getByRole("button", { name: /Jupiter/ })).toBeTruthy();
  });

  it("shows options that were taken away as such", () => {
    const { session } = play({ phase: QuizPhase.OPEN }, ({ state }) => ({ state: { ...state, hiddenOptions: [2] } }));
    const gone = screen.getByRole("button", { name: /Mars/ });
    expect(gone.textContent).toContain("Taken away for you");
    fireEvent.click(gone);
    fireEvent.keyDown(document, { key: "3" });
    expect(submitted(session)).toEqual([]);
  });

  it("explains that one came too late for a question", () => {
    const { session } = play({ phase: QuizPhase.OPEN });
    act(() =>
      session.setRoom(SAMPLE_ROOM_ID, ({ quiz, ...room }) => ({
        ...room,
        me: member(AS, { joinTimeMs: BigInt(SAMPLE_TIME_MS) }),
        ...(quiz === undefined
          ? {}
          : { quiz: { ...quiz, state: { ...quiz.state, closeTimeMs: BigInt(SAMPLE_TIME_MS + 3000) } } }),
      })),
    );
    expect(status()).toContain("You came in too late for this question");
  });
});

describe("answers", () => {
  it("are locked only when the server says so, and kept while there is no network", async () => {
    const { session } = play({ phase: QuizPhase.OPEN });
    let accept: (() => void) | undefined;
    session.handle(
      QuizService.method.submitAnswer,
      () =>
        new Promise((resolve) => {
          accept = () => resolve({ responseMs: 4210 });
        }),
    );
    fireEvent.click(screen.getByRole("button", { name: /Jupiter/ }));
    await waitFor(() => expect(status()).toContain("Sending…"));
    act(() => session.setConnection({ status: "reconnecting" }));
    expect(status()).toContain("kept safe");
    act(() => session.setConnection({ status: "live" }));
    await act(async () => accept?.());
    await waitFor(() => expect(status()).toContain("Locked 4.2 s"));
    fireEvent.click(screen.getByRole("button", { name: /Mars/ }));
    expect(submitted(session)).toHaveLength(1);
  });

  it("that come too late say so", async () => {
    const { session } = play({ phase: QuizPhase.OPEN });
    session.handle(QuizService.method.submitAnswer, () => {
      throw new ConnectError("the question is closed", Code.FailedPrecondition);
    });
    fireEvent.click(screen.getByRole("button", { name: /Jupiter/ }));
    await waitFor(() => expect(status()).toContain("Not taken: the question is closed"));
  });

  const press = (name: RegExp) => fireEvent.click(screen.getByRole("button", { name }));
  const type = (text: string) =>
    fireEvent.change(screen.getAllByRole("textbox")[0] as HTMLElement, { target: { value: text } });
  const send = () => press(/^Send/);
  const WAYS: Partial<Record<QuestionKind, readonly [() => unknown, object]>> = {
    [QuestionKind.SINGLE_CHOICE]: [() => fireEvent.keyDown(document, { key: "b" }), { case: "choice", value: 1 }],
    [QuestionKind.MULTIPLE_CHOICE]: [
      () => {
        press(/11/);
        press(/A 2/);
        press(/B 9/);
        press(/B 9/);
        send();
      },
      { case: "choices", value: { positions: [0, 2] } },
    ],
    [QuestionKind.TRUE_FALSE]: [() => press(/True/), { case: "truth", value: true }],
    [QuestionKind.TEXT_ENTRY]: [
      () => {
        type("  Mercury ");
        send();
      },
      { case: "text", value: "Mercury" },
    ],
    [QuestionKind.NUMBER_ENTRY]: [
      () => {
        type("8.849,5");
        send();
      },
      { case: "number", value: 8849.5 },
    ],
    [QuestionKind.RANGE_ENTRY]: [
      () => {
        press(/One step more/);
        send();
      },
      { case: "number", value: 51 },
    ],
    [QuestionKind.ORDERING]: [
      async () => {
        await screen.findByRole("button", { name: "Mars: to the bottom" });
        press(/Mars: to the bottom/);
        fireEvent.keyDown(screen.getByRole("button", { name: /^3.*Jupiter$/ }), { key: "ArrowUp" });
        send();
      },
      { case: "order", value: { positions: [1, 3, 2, 0] } },
    ],
    [QuestionKind.MATCHING]: [
      () => {
        for (const [at, value] of ["0", "2", "1", "0"].entries()) {
          // The last choice takes Nairobi from Norway, which then takes Oslo from Kenya.
          const select = screen.getAllByRole("combobox")[at === 3 ? 2 : at] as HTMLElement;
          fireEvent.change(select, { target: { value } });
        }
        fireEvent.change(screen.getAllByRole("combobox")[0] as HTMLElement, { target: { value: "1" } });
        send();
      },
      { case: "matches", value: { positions: [1, 2, 0] } },
    ],
    [QuestionKind.POLL]: [() => press(/By the sea/), { case: "choice", value: 0 }],
    [QuestionKind.MULTIPLE_POLL]: [
      () => {
        fireEvent.keyDown(document, { key: "2" });
        send();
      },
      { case: "choices", value: { positions: [1] } },
    ],
    [QuestionKind.RATING]: [() => press(/^4 of 5/), { case: "rating", value: 4 }],
    [QuestionKind.WORD_CLOUD]: [
      () => {
        type("planets");
        send();
      },
      { case: "words", value: { words: ["planets"] } },
    ],
  };

  it.each(QUESTION_KINDS)("of kind %i go to the server as they were given", async (kind) => {
    const way = WAYS[kind];
    if (way === undefined) throw new Error(`no way to answer ${kind}`);
    const { session } = play({ phase: QuizPhase.OPEN, kind });
    await way[0]();
    await waitFor(() => expect(submitted(session)).toHaveLength(1));
    expect(submitted(session)[0]).toMatchObject({ answer: { value: way[1] } });
  });

  it.each(QUESTION_KINDS)("of kind %i are shown with their solution", (kind) => {
    play({ phase: QuizPhase.REVEALED, kind });
    expect(heading()).toMatch(/Correct!|Thank you!/);
    expect(screen.queryByText("[object Object]")).toBeNull();
  });
});

describe("the end of the road", () => {
  const leave = (session: FakeSession, reason: LeaveReason) =>
    act(() =>
      session.receive(SAMPLE_ROOM_ID, {
        response: {
          case: "event",
          value: {
            roomId: SAMPLE_ROOM_ID,
            seq: 21n,
            event: {
              case: "memberLeft",
              value: create(MemberLeftSchema, { userId: AS, reason, message: "Your own name, please" }),
            },
          },
        },
      }),
    );

  it.each([
    [LeaveReason.REMOVED, "The host removed you"],
    [LeaveReason.BANNED, "You may not come in"],
  ])("%i: %s, with what the host said", (reason, title) => {
    const { session } = play({ phase: QuizPhase.OPEN });
    leave(session, reason);
    expect(heading()).toBe(title);
    expect(screen.getByText(/Your own name, please/)).toBeTruthy();
  });

  it("is a closed room", () => {
    const { session, onAgain } = play({ phase: QuizPhase.LOBBY });
    act(() =>
      session.receive(SAMPLE_ROOM_ID, {
        response: {
          case: "event",
          value: { roomId: SAMPLE_ROOM_ID, seq: 21n, event: { case: "roomClosed", value: {} } },
        },
      }),
    );
    expect(heading()).toBe("The room is closed");
    expect(onAgain).not.toHaveBeenCalled();
  });
});

describe("ranks", () => {
  it("always hold the own row, even far down", () => {
    play({ phase: QuizPhase.LEADERBOARD }, ({ state }) => {
      const own = state.standings[1];
      if (own === undefined) throw new Error("the samples have five standings");
      return {
        state: { ...state, own: { ...own, rank: 200 }, standings: state.standings.filter((row) => row.userId !== AS) },
      };
    });
    const row = within(screen.getByRole("table")).getAllByRole("row").at(-1);
    expect(row?.textContent).toContain("200");
    expect(row?.textContent).toContain("Grace");
  });
});
