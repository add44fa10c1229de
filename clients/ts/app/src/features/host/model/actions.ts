// What a host may do in each state of the game, and by which key.
//
// Neighbours: `../room/useGame` carries the actions out; the bar, the keys and the remote control all show this list.

import { QuizPhase, type QuizState } from "@trivium/client/proto";

/** What a host does with a key, a button of the bar, or the remote control. */
export type Action = "next" | "reveal" | "pause" | "extend" | "skip" | "lock" | "autoAdvance" | "end";

/** How much time `extend` gives. */
export const EXTRA_MS = 10_000;

/** Which keys do what. Letters are compared in lower case. */
export const KEYS: Readonly<Record<Action, string | undefined>> = {
  next: " ",
  reveal: "r",
  pause: "p",
  extend: "e",
  skip: "s",
  lock: "l",
  autoAdvance: "a",
  end: undefined,
};

/** What the next step is called: a key of the texts `next.*`. */
export type NextStep = "start" | "showQuestion" | "open" | "close" | "reveal" | "leaderboard" | "question" | "podium";

/** What `next` brings about; absent where nothing comes next. */
export function nextStep(quiz: QuizState, hideLeaderboard: boolean): NextStep | undefined {
  switch (quiz.phase) {
    case QuizPhase.UNSPECIFIED:
    case QuizPhase.ENDED:
      return undefined;
    case QuizPhase.LOBBY:
      return "start";
    case QuizPhase.STARTING:
      return "showQuestion";
    case QuizPhase.READING:
      return "open";
    case QuizPhase.OPEN:
      return "close";
    case QuizPhase.CLOSED:
      return "reveal";
    case QuizPhase.REVEALED:
      return hideLeaderboard ? afterRanking(quiz) : "leaderboard";
    case QuizPhase.LEADERBOARD:
      return afterRanking(quiz);
  }
}

function afterRanking(quiz: QuizState): NextStep {
  return isLastQuestion(quiz) ? "podium" : "question";
}

/** What the big button says: a key of the texts `bar.*`; absent where nothing comes next. */
export function nextLabel(game: {
  readonly quiz: QuizState | undefined;
  readonly hideLeaderboard: boolean;
}): NextStep | "resume" | undefined {
  const { quiz, hideLeaderboard } = game;
  if (!quiz) return undefined;
  return quiz.paused ? "resume" : nextStep(quiz, hideLeaderboard);
}

/** Whether no question follows the one on show, as far as is known: later ones may have been skipped beforehand. */
export function isLastQuestion(quiz: QuizState): boolean {
  return quiz.prompt !== undefined && quiz.prompt.index + 1 >= quiz.questionCount;
}

/** What is possible now. `playerCount` is how many could answer. */
export function possible(quiz: QuizState | undefined, action: Action): boolean {
  if (action === "lock") return true;
  if (!quiz) return false;
  const { phase, paused } = quiz;
  const running = phase >= QuizPhase.STARTING && phase <= QuizPhase.LEADERBOARD;
  switch (action) {
    case "next":
      return phase !== QuizPhase.ENDED && phase !== QuizPhase.UNSPECIFIED;
    case "reveal":
      return !paused && (phase === QuizPhase.OPEN || phase === QuizPhase.CLOSED);
    case "pause":
      return running;
    case "extend":
      return phase === QuizPhase.OPEN && quiz.closeTimeMs > 0n;
    case "skip":
      return !paused && phase >= QuizPhase.READING && phase <= QuizPhase.REVEALED;
    case "autoAdvance":
      return phase !== QuizPhase.ENDED;
    case "end":
      return running;
  }
}
