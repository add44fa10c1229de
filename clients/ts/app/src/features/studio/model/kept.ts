// Unsaved drafts on this device: written while somebody types, gone when the server has them.
//
// Neighbour: `history` is the editor whose draft is kept.

import { fromJsonString, toJsonString } from "@bufbuild/protobuf";
import { QuizSchema } from "@trivium/client/proto";
import { load, save } from "../../../lib/storage";
import { type Draft, draftOf, quizOf } from "./draft";
import { type Editor, isUnsaved } from "./history";

/** The name of a quiz that the server does not have yet. */
export const NEW = "new";
/** Most drafts that are kept; the oldest go first. */
const MAX_DRAFTS = 20;
/** Typing is written out after a pause of this long. */
const PAUSE_MS = 400;
const INDEX = "trivium.studio.drafts";

/** An unsaved draft. */
export interface Kept {
  readonly draft: Draft;
  /** The revision that it is based on. */
  readonly revision: number;
  /** When it was kept, in milliseconds since the Unix epoch. */
  readonly at: number;
}

interface Entry {
  readonly name: string;
  readonly at: number;
}

/** The kept draft of a quiz, by its identifier or `NEW`. */
export function keptDraft(name: string): Kept | undefined {
  const text = load(keyOf(name));
  if (text === null) return undefined;
  try {
    const quiz = fromJsonString(QuizSchema, text, { ignoreUnknownFields: true });
    return {
      draft: draftOf(quiz),
      revision: quiz.revision,
      at: entries().find((entry) => entry.name === name)?.at ?? 0,
    };
  } catch {
    // Written by a version with other fields, or by hand: worth nothing.
    forget(name);
    return undefined;
  }
}

/** Whether a draft is kept, without reading it. */
export function hasDraft(name: string): boolean {
  return load(keyOf(name)) !== null;
}

/** Keeps a draft. */
export function keep(name: string, draft: Draft, revision: number, at = Date.now()): void {
  save(keyOf(name), toJsonString(QuizSchema, quizOf(draft, name === NEW ? "" : name, revision)));
  const list = [{ name, at }, ...entries().filter((entry) => entry.name !== name)];
  for (const { name: old } of list.slice(MAX_DRAFTS)) save(keyOf(old), null);
  save(INDEX, JSON.stringify(list.slice(0, MAX_DRAFTS)));
}

/** Forgets a draft. */
export function forget(name: string): void {
  save(keyOf(name), null);
  save(INDEX, JSON.stringify(entries().filter((entry) => entry.name !== name)));
}

/** Keeps the editor's draft while it is unsaved, until the returned function is called. */
export function keepWhileUnsaved(editor: Editor): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const write = () => {
    clearTimeout(timer);
    timer = undefined;
    const state = editor.getState();
    const name = state.id === "" ? NEW : state.id;
    if (isUnsaved(state)) keep(name, state.draft, state.revision);
    else forget(name);
  };
  const unsubscribe = editor.subscribe((state, before) => {
    // A new quiz got its identifier: its draft must not come back as another new one.
    if (before.id === "" && state.id !== "") forget(NEW);
    if (state.draft === before.draft && state.saved === before.saved) return;
    timer ??= setTimeout(write, PAUSE_MS);
  });
  const flush = () => {
    if (timer !== undefined) write();
  };
  addEventListener("pagehide", flush);
  document.addEventListener("visibilitychange", flush);
  return () => {
    flush();
    unsubscribe();
    removeEventListener("pagehide", flush);
    document.removeEventListener("visibilitychange", flush);
  };
}

function entries(): Entry[] {
  try {
    const list: unknown = JSON.parse(load(INDEX) ?? "[]");
    return Array.isArray(list) ? list.filter(isEntry) : [];
  } catch {
    return [];
  }
}

function isEntry(value: unknown): value is Entry {
  return (
    typeof value === "object" &&
    value !== null &&
    "name" in value &&
    typeof value.name === "string" &&
    "at" in value &&
    typeof value.at === "number"
  );
}

function keyOf(name: string): string {
  return `trivium.studio.draft.${name}`;
}
