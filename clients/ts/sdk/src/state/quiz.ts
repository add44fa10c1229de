// The live quiz by its events: after each, what a snapshot at that position would say.
//
// Neighbours: `deadlines` has the rules of time; `counts` who is asked and who has answered; `snapshot` begins a view.

import { create } from "@bufbuild/protobuf";
import {
  type AnswerAccepted,
  type Member,
  type QuizLoaded,
  QuizPhase,
  type QuizResumed,
  type QuizState,
  QuizStateSchema,
  type RoomEvent,
  type Standing,
} from "../proto.js";
import type { OwnAnswer, QuizView, RoomState } from "../types.js";
import { counted, moved } from "./counts.js";
import { ownClose } from "./deadlines.js";
import type { QuizModel } from "./model.js";
import { plays } from "./roles.js";

/** The quiz after an event that the room has taken in otherwise: the room before and after it. The same object where it changes nothing. */
export function reduceQuiz(before: RoomState, room: RoomState, { event, timeMs }: RoomEvent): QuizView | undefined {
  if (event.case === "quizLoaded") return loaded(event.value);
  const quiz: QuizModel | undefined = room.quiz;
  if (quiz === undefined) return undefined;
  const { state } = quiz;
  switch (event.case) {
    case "quizStarted":
      return enter(quiz, QuizPhase.STARTING, { phaseEndTimeMs: event.value.firstQuestionTimeMs });
    case "questionShown": {
      const { prompt, readEndTimeMs } = event.value;
      const shown = { phaseEndTimeMs: readEndTimeMs, ...(prompt === undefined ? {} : { prompt }) };
      return enter(withoutQuestion(quiz), QuizPhase.READING, shown);
    }
    case "questionOpened": {
      const { form, openTimeMs, closeTimeMs } = event.value;
      const opened = { phaseEndTimeMs: 0n, openTimeMs, ...(form === undefined ? {} : { form }) };
      const next = { ...enter(quiz, QuizPhase.OPEN, opened), commonCloseMs: closeTimeMs };
      return counted(closing(next, room.me), room);
    }
    case "optionsReduced": {
      const { userId, index, hiddenOptions } = event.value;
      const own = plays(room.me) && room.me.userId === userId && state.prompt?.index === index;
      return own ? { ...quiz, state: { ...state, hiddenOptions } } : quiz;
    }
    case "answerAccepted":
      return answered(quiz, event.value, room.me);
    case "questionClosed": {
      const { answered: answeredCount, screens } = event.value;
      const report = screens === undefined ? {} : { screens };
      const next = { ...quiz, closedAtMs: timeMs, ...report };
      return display(next, QuizPhase.CLOSED, { answeredCount, ...report }, timeMs);
    }
    case "questionRevealed": {
      const reveal = event.value;
      const next = { ...quiz, reveals: new Map(quiz.reveals).set(reveal.index, reveal) };
      return display(next, QuizPhase.REVEALED, { reveal }, timeMs);
    }
    case "leaderboardShown": {
      // Shown again after a skip in hindsight, it lasts no longer.
      const again = state.phase === QuizPhase.LEADERBOARD;
      return ranked(again ? quiz : display(quiz, QuizPhase.LEADERBOARD, {}, timeMs), event.value);
    }
    case "quizPaused":
      return { ...quiz, state: { ...state, paused: true, remainingMs: event.value.remainingMs } };
    case "quizResumed":
      return counted(closing(resumed(quiz, event.value), room.me), room);
    case "questionExtended": {
      const { closeTimeMs } = event.value;
      const extraMs = Number(closeTimeMs - (quiz.commonCloseMs ?? closeTimeMs));
      const remainingMs = state.paused ? state.remainingMs + extraMs : 0;
      return counted(closing({ ...quiz, commonCloseMs: closeTimeMs, state: { ...state, remainingMs } }, room.me), room);
    }
    case "questionSkipped": {
      const reveals = new Map(quiz.reveals);
      return reveals.delete(event.value.index) ? { ...quiz, reveals } : quiz;
    }
    case "quizEnded":
      return ranked(enter(withoutQuestion(quiz), QuizPhase.ENDED, {}), event.value);
    case "autoAdvanceSet": {
      const { enabled: autoAdvance, phaseEndTimeMs } = event.value;
      const heldMs = phaseEndTimeMs === 0n ? 0 : (displayMs(state) ?? state.remainingMs);
      const remainingMs = state.paused && state.phase !== QuizPhase.OPEN ? heldMs : state.remainingMs;
      return { ...quiz, state: { ...state, autoAdvance, phaseEndTimeMs, remainingMs } };
    }
    case "memberJoined":
    case "memberLeft":
    case "memberUpdated": {
      const userId = event.case === "memberLeft" ? event.value.userId : event.value.member?.userId;
      return userId === undefined ? quiz : moved(closing(quiz, room.me), userId, before, room);
    }
    default:
      return quiz;
  }
}

function loaded(event: QuizLoaded): QuizView {
  const { quizId, revision, title, description, settings, questionCount } = event;
  const state = create(QuizStateSchema, {
    quizId,
    revision,
    title,
    description,
    ...(settings === undefined ? {} : { settings, autoAdvance: settings.autoAdvance }),
    questionCount,
    phase: QuizPhase.LOBBY,
  });
  return { state, answers: new Map(), reveals: new Map() };
}

/** A phase begins: time runs, and what only another phase shows is gone. */
function enter(quiz: QuizModel, phase: QuizPhase, change: Partial<QuizState>): QuizModel {
  const { reveal, ...rest } = quiz.state;
  const rankings = phase < QuizPhase.LEADERBOARD ? { standings: [], teamStandings: [] } : {};
  const state = { ...rest, ...rankings, phase, paused: false, remainingMs: 0, ...change };
  if (phase === QuizPhase.OPEN) return { ...quiz, state };
  const { progress, ...closed } = quiz;
  return { ...closed, state };
}

/** A phase begins that ends by itself only if the game goes on by itself. */
function display(quiz: QuizModel, phase: QuizPhase, change: Partial<QuizState>, timeMs: bigint): QuizModel {
  const next = enter(quiz, phase, change);
  const ms = next.state.autoAdvance ? displayMs(next.state) : undefined;
  return { ...next, state: { ...next.state, phaseEndTimeMs: ms === undefined ? 0n : timeMs + BigInt(ms) } };
}

/** How long a game that goes on by itself shows the phase, in milliseconds. */
function displayMs({ phase, settings }: QuizState): number | undefined {
  switch (phase) {
    case QuizPhase.CLOSED:
      return 0;
    case QuizPhase.REVEALED:
      return settings?.revealMs ?? 0;
    case QuizPhase.LEADERBOARD:
      return settings?.leaderboardMs ?? 0;
    case QuizPhase.UNSPECIFIED:
    case QuizPhase.LOBBY:
    case QuizPhase.STARTING:
    case QuizPhase.READING:
    case QuizPhase.OPEN:
    case QuizPhase.ENDED:
      return undefined;
  }
}

function withoutQuestion(quiz: QuizModel): QuizModel {
  const { own, progress, screens, commonCloseMs, closedAtMs, ...rest } = quiz;
  const { prompt, form, screens: report, ...state } = quiz.state;
  return {
    ...rest,
    answers: new Map(),
    state: {
      ...state,
      phaseEndTimeMs: 0n,
      openTimeMs: 0n,
      closeTimeMs: 0n,
      answered: false,
      answeredCount: 0,
      expectedCount: 0,
      hiddenOptions: [],
    },
  };
}

/** The closing as it is for the caller. */
function closing(quiz: QuizModel, me: Member | undefined): QuizModel {
  const { state, commonCloseMs = 0n } = quiz;
  if (state.openTimeMs === 0n) return quiz;
  const limitMs = state.prompt?.timeLimitMs ?? 0;
  const closeTimeMs = plays(me) ? ownClose(state.openTimeMs, commonCloseMs, limitMs, me) : commonCloseMs;
  return closeTimeMs === state.closeTimeMs ? quiz : { ...quiz, state: { ...state, closeTimeMs } };
}

function resumed(quiz: QuizModel, event: QuizResumed): QuizModel {
  const openTimeMs = event.openTimeMs || quiz.state.openTimeMs;
  const commonCloseMs = event.closeTimeMs || quiz.commonCloseMs;
  const state = { ...quiz.state, paused: false, remainingMs: 0, phaseEndTimeMs: event.phaseEndTimeMs, openTimeMs };
  return { ...quiz, state, ...(commonCloseMs === undefined ? {} : { commonCloseMs }) };
}

function answered(quiz: QuizModel, event: AnswerAccepted, me: Member | undefined): QuizModel {
  const { state } = quiz;
  if (state.prompt?.index !== event.index || quiz.answers.has(event.userId)) return quiz;
  const answers = new Map(quiz.answers).set(event.userId, event);
  // Hosts hear of every answer, players of their own and of how many there were.
  if (!plays(me)) return { ...quiz, answers, state: { ...state, answeredCount: state.answeredCount + 1 } };
  const own: OwnAnswer = {
    questionIndex: event.index,
    status: "locked",
    responseMs: event.responseMs,
    creditMs: event.creditMs,
    ...(event.answer === undefined ? {} : { answer: event.answer }),
  };
  const answeredCount = Math.max(state.answeredCount, event.receivedOrder);
  return { ...quiz, answers, own, state: { ...state, answered: true, answeredCount } };
}

interface Ranking {
  readonly standings: Standing[];
  readonly teamStandings: Standing[];
  readonly own?: Standing | undefined;
}

function ranked(quiz: QuizModel, { standings, teamStandings, own }: Ranking): QuizModel {
  const { own: before, ...state } = quiz.state;
  return { ...quiz, state: { ...state, standings, teamStandings, ...(own === undefined ? {} : { own }) } };
}
