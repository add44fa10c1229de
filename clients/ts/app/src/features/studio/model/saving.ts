// Between editor and catalogue: open, save, duplicate, test.
//
// Neighbours: `history` is the editor's state, `violations` reads refusals.

import type { TriviumSession } from "@trivium/client";
import { type Quiz, QuizService, RoomKind, RoomService } from "@trivium/client/proto";
import { lengthOf, TEXT } from "./bounds";
import { checkQuestion, checkQuiz, isError } from "./check";
import { type Draft, draftOf, newDraft, quizOf } from "./draft";
import { type Beginning, type Editor, isUnsaved, type Selected } from "./history";
import { type Kept, keptDraft, NEW } from "./kept";
import type { WrittenKind } from "./kinds";
import { isConflict, refusalOf } from "./violations";

/** How long a save may take before it counts as failed; the draft stays. */
const SAVE_MS = 30_000;

/** What an editor begins with, and the unsaved draft that it goes on with, if there is one. */
export interface Opened {
  readonly beginning: Beginning;
  readonly restored: Kept | undefined;
}

/** Reads a quiz, or begins a new one; an unsaved draft comes first. */
export async function open(
  session: TriviumSession,
  name: string,
  fresh: { language: string; kind: WrittenKind },
): Promise<Opened> {
  const kept = keptDraft(name);
  if (name === NEW) {
    return { beginning: { draft: kept?.draft ?? newDraft(fresh.language, fresh.kind) }, restored: kept };
  }
  const { quiz } = await session.client(QuizService).getQuiz({ quizId: name });
  if (quiz === undefined) throw new Error("the answer has no quiz");
  const saved = draftOf(quiz);
  const revision = kept?.revision ?? quiz.revision;
  return { beginning: { draft: kept?.draft ?? saved, saved, id: quiz.id, revision }, restored: kept };
}

/** What came of a save. */
export type SaveResult =
  | { readonly kind: "saved" | "unchanged" }
  /** Not even sent, or refused for what is in it; the first place to mend is named. */
  | { readonly kind: "invalid"; readonly selected: Selected; readonly path: string }
  | { readonly kind: "conflict" }
  | { readonly kind: "failed"; readonly error: unknown };

/** Saves the draft on top of `onto`, the revision that it is based on. */
export async function saveDraft(session: TriviumSession, editor: Editor, onto?: number): Promise<SaveResult> {
  const state = editor.getState();
  const { draft, id, saving } = state;
  if (saving || (!isUnsaved(state) && onto === undefined)) return { kind: "unchanged" };
  const wrong = firstError(draft);
  if (wrong !== undefined) {
    editor.setState({ strict: true });
    return { kind: "invalid", ...wrong };
  }
  editor.setState({ saving: true });
  try {
    const quizzes = session.client(QuizService);
    const quiz = quizOf(draft, id, onto ?? state.revision);
    const options = { timeoutMs: SAVE_MS };
    const answer = await (id === "" ? quizzes.createQuiz({ quiz }, options) : quizzes.updateQuiz({ quiz }, options));
    if (answer.quiz === undefined) throw new Error("the answer has no quiz");
    editor.settle(draft, answer.quiz.id, answer.quiz.revision);
    return { kind: "saved" };
  } catch (error) {
    if (isConflict(error)) return { kind: "conflict" };
    const refusal = refusalOf(error);
    if (refusal === undefined) return { kind: "failed", error };
    editor.refuse(draft, refusal);
    const [at, problems] = [...refusal.questions][0] ?? [];
    const item = at === undefined ? undefined : draft.items[at];
    return item === undefined
      ? { kind: "invalid", selected: "quiz", path: refusal.quiz[0]?.path ?? "" }
      : { kind: "invalid", selected: item.id, path: problems?.[0]?.path ?? "" };
  } finally {
    editor.setState({ saving: false });
  }
}

/** The newest revision that the server has. */
export async function newest(session: TriviumSession, quizId: string): Promise<Quiz> {
  const { quiz } = await session.client(QuizService).getQuiz({ quizId });
  if (quiz === undefined) throw new Error("the answer has no quiz");
  return quiz;
}

/** Writes a copy into the catalogue and returns its identifier. */
export async function saveCopy(session: TriviumSession, draft: Draft, title: string): Promise<string> {
  const { quiz } = await session.client(QuizService).createQuiz({ quiz: quizOf({ ...draft, title: cut(title) }) });
  if (quiz === undefined) throw new Error("the answer has no quiz");
  return quiz.id;
}

/** Makes a room to try the quiz in, and returns its identifier. */
export async function makeTestRoom(session: TriviumSession, quizId: string, title: string): Promise<string> {
  const { room } = await session.client(RoomService).createRoom({ kind: RoomKind.QUIZ, title: cut(title) });
  if (room === undefined) throw new Error("the answer has no room");
  await session.client(QuizService).loadQuiz({ roomId: room.id, quizId });
  return room.id;
}

/** A title that is not too long. */
function cut(title: string): string {
  return lengthOf(title) > TEXT["Quiz.title"].max
    ? `${[...title].slice(0, TEXT["Quiz.title"].max - 1).join("")}…`
    : title;
}

function firstError(draft: Draft): { selected: Selected; path: string } | undefined {
  const ofQuiz = checkQuiz(draft).find(isError);
  if (ofQuiz !== undefined) return { selected: "quiz", path: ofQuiz.path };
  for (const { id, question } of draft.items) {
    const problem = checkQuestion(question).find(isError);
    if (problem !== undefined) return { selected: id, path: problem.path };
  }
  return undefined;
}
