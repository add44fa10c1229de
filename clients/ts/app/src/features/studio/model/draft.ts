// A quiz while it is edited: the wire's messages, with a name for each question that outlives its moving.
//
// Neighbours: `history` changes drafts, `kept` holds them over a reload, `check` tells what is wrong with one.

import { create } from "@bufbuild/protobuf";
import {
  type Question,
  type Quiz,
  QuizSchema,
  type QuizSettings,
  QuizSettingsSchema,
  RankBy,
  ScoringMode,
} from "@trivium/client/proto";
import { COUNT } from "./bounds";
import { newQuestion, type WrittenKind } from "./kinds";

/** A question with a name of its own in this page. */
export interface Item {
  readonly id: string;
  readonly question: Question;
}

/** A quiz while it is edited. Never changed, only replaced. */
export interface Draft {
  readonly title: string;
  readonly description: string;
  readonly language: string;
  readonly settings: QuizSettings;
  readonly items: readonly Item[];
}

let made = 0;

/** A question under a new name. */
export function itemOf(question: Question): Item {
  made += 1;
  return { id: `question-${made}`, question };
}

/** What a new quiz begins with: the defaults of the wire, spelled out. */
export function newSettings(): QuizSettings {
  return create(QuizSettingsSchema, {
    timeLimitMs: 20_000,
    readMs: 3000,
    scoring: ScoringMode.LINEAR,
    speedWeightPermille: 500,
    rankBy: RankBy.POINTS,
    leaderboardSize: 5,
    revealMs: 8000,
    leaderboardMs: 5000,
    startCountdownMs: 3000,
  });
}

/** An empty quiz with one question to fill in. */
export function newDraft(language: string, kind: WrittenKind): Draft {
  return { title: "", description: "", language, settings: newSettings(), items: [itemOf(newQuestion(kind))] };
}

/** A quiz of the catalogue, ready to be edited. */
export function draftOf(quiz: Quiz): Draft {
  return {
    title: quiz.title,
    description: quiz.description,
    language: quiz.language,
    settings: quiz.settings ?? newSettings(),
    items: quiz.questions.map(itemOf),
  };
}

/** The draft as the wire has it. */
export function quizOf(draft: Draft, id = "", revision = 0): Quiz {
  return create(QuizSchema, {
    id,
    revision,
    title: draft.title,
    description: draft.description,
    language: draft.language,
    settings: draft.settings,
    questions: draft.items.map(({ question }) => question),
  });
}

/** Replaces one question. */
export function setQuestion(draft: Draft, id: string, question: Question): Draft {
  return { ...draft, items: draft.items.map((item) => (item.id === id ? { id, question } : item)) };
}

/** Puts a question behind another one, or at the end; unchanged if there are as many as there may be. */
export function insertAfter(draft: Draft, after: string | undefined, item: Item): Draft {
  if (draft.items.length >= COUNT["Quiz.questions"].max) return draft;
  const at = draft.items.findIndex(({ id }) => id === after);
  return { ...draft, items: draft.items.toSpliced(at < 0 ? draft.items.length : at + 1, 0, item) };
}

/** Takes a question out. */
export function removeItem(draft: Draft, id: string): Draft {
  return { ...draft, items: draft.items.filter((item) => item.id !== id) };
}

/** Moves a question to a place, from 0. */
export function moveItem(draft: Draft, id: string, to: number): Draft {
  return {
    ...draft,
    items: moved(
      draft.items,
      draft.items.findIndex((item) => item.id === id),
      to,
    ),
  };
}

/** A list with one entry moved; unchanged where there is nothing to move or nowhere to. */
export function moved<T>(list: readonly T[], from: number, to: number): readonly T[] {
  const entry = list[from];
  if (entry === undefined || from === to || to < 0 || to >= list.length) return list;
  return list.toSpliced(from, 1).toSpliced(to, 0, entry);
}
