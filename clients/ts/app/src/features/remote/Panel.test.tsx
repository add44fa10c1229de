// The remote: what it shows, what its buttons send, and what becomes of a phone that may no longer run the game.

import { fireEvent, screen, waitFor } from "@testing-library/react";
import { PresenceState, QuizPhase, Role } from "@trivium/client/proto";
import { member, presence, quizView, roomState, SAMPLE_ROOM_ID } from "@trivium/client/testing";
import { describe, expect, it } from "vitest";
import { registerNamespace } from "../../i18n";
import { GameProvider, useGameOf } from "../host/room/useGame";
import { given, renderHost } from "../host/testing/render";
import de from "./de.json";
import en from "./en.json";
import { Panel } from "./Panel";

registerNamespace("remote", { en, de });

function Remote() {
  return (
    <GameProvider value={useGameOf(SAMPLE_ROOM_ID)}>
      <Panel />
    </GameProvider>
  );
}

/** The room as a phone sees it that came in as co-host. */
function asCoHost(phase: QuizPhase, hostState = PresenceState.ONLINE) {
  const state = roomState({ quiz: quizView({ phase }) });
  const phone = member("phone", { role: Role.CO_HOST });
  return {
    ...state,
    me: phone,
    members: new Map(state.members).set("phone", phone),
    presences: new Map(state.presences).set("host", presence("host", { state: hostState })),
  };
}

describe("remote", () => {
  it.each([
    [QuizPhase.LOBBY, "Lobby", "Start"],
    [QuizPhase.STARTING, "It begins", "Show question"],
    [QuizPhase.READING, "Reading", "Open answers"],
    [QuizPhase.OPEN, "Answers are open", "Close answers"],
    [QuizPhase.CLOSED, "Answers are closed", "Reveal"],
    [QuizPhase.REVEALED, "Solution", "Leaderboard"],
    [QuizPhase.LEADERBOARD, "Leaderboard", "Next question"],
    [QuizPhase.ENDED, "Podium", "The game is over"],
  ])("phase %i", (phase, heading, next) => {
    renderHost({ rooms: [asCoHost(phase)] }, <Remote />);
    expect(screen.getByRole("heading", { level: 1 }).textContent).toBe(heading);
    expect([...document.querySelectorAll("button")].at(-1)?.textContent).toBe(next);
  });

  it("gives the host's commands", async () => {
    const session = renderHost({ rooms: [asCoHost(QuizPhase.OPEN)] }, <Remote />);
    for (const [name, method] of [
      [/^\+10 s/, "ExtendQuestion"],
      [/^Pause/, "PauseQuiz"],
      [/^Lock/, "UpdateRoom"],
      [/^Close answers/, "AdvanceQuiz"],
    ] as const) {
      fireEvent.click(screen.getByRole("button", { name }));
      await waitFor(() => expect(given(session).at(-1)).toBe(method));
      await waitFor(() => expect(screen.getByRole("button", { name }).ariaDisabled).toBeFalsy());
    }
  });

  it("offers to take over from a host who is gone", () => {
    const session = renderHost({ rooms: [asCoHost(QuizPhase.OPEN, PresenceState.OFFLINE)] }, <Remote />);
    fireEvent.click(screen.getByRole("button", { name: "Take over as host" }));
    expect(given(session)).toEqual(["TakeHost"]);
  });

  it("says so when it may no longer run the game", () => {
    renderHost({ rooms: [roomState({ as: "ada", quiz: quizView() })] }, <Remote />);
    expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("This phone no longer runs the game");
  });
});
