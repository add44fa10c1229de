// The editor's state: the draft, its past and future, what is shown, and how it stands to what the server has.
//
// Neighbours: `draft` has the changes, `saving` talks to the server, `kept` holds unsaved drafts over a reload.

import { createStore, type StoreApi } from "zustand/vanilla";
import type { Problem } from "./check";
import type { Draft } from "./draft";
import type { Refusal } from "./violations";

/** Most steps that can be taken back. */
export const MAX_STEPS = 100;
/** Changes of one field within this time are one step. */
const ONE_STEP_MS = 1000;

/** What the form shows: the quiz itself, or a question by its name. */
export type Selected = "quiz" | (string & {});

interface Step {
  readonly draft: Draft;
  readonly selected: Selected;
}

export interface EditorState {
  /** Identifier in the catalogue; empty until first saved. */
  readonly id: string;
  /** The revision that the draft is based on; 0 until first saved. */
  readonly revision: number;
  readonly draft: Draft;
  /** What the server has, as far as this page knows. The draft is unsaved while it is another object. */
  readonly saved: Draft | undefined;
  readonly past: readonly Step[];
  readonly future: readonly Step[];
  readonly selected: Selected;
  /** Whether empty fields are told of: from the first attempt to save. */
  readonly strict: boolean;
  readonly saving: boolean;
  /** What the server refused, each with the draft or the question that it was about: another one may be right. */
  readonly refusedQuiz: { readonly draft: Draft; readonly problems: readonly Problem[] } | undefined;
  readonly refusedQuestions: ReadonlyMap<object, readonly Problem[]>;
}

export interface Editor extends StoreApi<EditorState> {
  /** Changes the draft. Changes with the same `tag` in quick succession are one step. */
  edit(change: (draft: Draft) => Draft, tag?: string, select?: Selected): void;
  undo(): void;
  redo(): void;
  select(selected: Selected): void;
  /** The server has this draft now. */
  settle(draft: Draft, id: string, revision: number): void;
  /** The server has refused this draft. */
  refuse(draft: Draft, refusal: Refusal): void;
}

/** What an editor begins with. */
export interface Beginning {
  readonly draft: Draft;
  readonly saved?: Draft | undefined;
  readonly id?: string;
  readonly revision?: number;
}

/** An editor. `now` is a clock in milliseconds. */
export function createEditor(
  { draft, saved, id = "", revision = 0 }: Beginning,
  now = () => performance.now(),
): Editor {
  const store = createStore<EditorState>(() => ({
    id,
    revision,
    draft,
    saved,
    past: saved === undefined || saved === draft ? [] : [{ draft: saved, selected: "quiz" }],
    future: [],
    selected: id === "" ? "quiz" : (draft.items[0]?.id ?? "quiz"),
    strict: false,
    saving: false,
    refusedQuiz: undefined,
    refusedQuestions: new Map(),
  }));
  let lastTag: string | undefined;
  let lastAt = 0;

  const travel = (from: "past" | "future", to: "past" | "future") => {
    const state = store.getState();
    const step = state[from].at(-1);
    if (step === undefined) return;
    lastTag = undefined;
    store.setState({
      draft: step.draft,
      selected: within(step.draft, step.selected, state.selected),
      [from]: state[from].slice(0, -1),
      [to]: [...state[to], { draft: state.draft, selected: state.selected }],
    });
  };

  return {
    ...store,
    edit(change, tag, select) {
      const { draft, past, selected } = store.getState();
      const next = change(draft);
      if (next === draft) return;
      const same = tag !== undefined && tag === lastTag && now() - lastAt < ONE_STEP_MS;
      lastTag = tag;
      lastAt = now();
      store.setState({
        draft: next,
        selected: within(next, select ?? selected, "quiz"),
        past: same ? past : [...past, { draft, selected }].slice(-MAX_STEPS),
        future: [],
      });
    },
    undo: () => travel("past", "future"),
    redo: () => travel("future", "past"),
    select(selected) {
      lastTag = undefined;
      store.setState({ selected });
    },
    settle(draft, id, revision) {
      // A step that was made before the save must not grow into one that was made after it.
      lastTag = undefined;
      store.setState({ saved: draft, id, revision, refusedQuiz: undefined, refusedQuestions: new Map() });
    },
    refuse(draft, refusal) {
      const questions = [...refusal.questions].flatMap(([at, problems]) => {
        const question = draft.items[at]?.question;
        return question === undefined ? [] : [[question, problems] as const];
      });
      store.setState({
        strict: true,
        refusedQuiz: refusal.quiz.length > 0 ? { draft, problems: refusal.quiz } : undefined,
        refusedQuestions: new Map(questions),
      });
    },
  };
}

/** Whether there is anything that the server does not have. */
export function isUnsaved({ draft, saved }: EditorState): boolean {
  return draft !== saved;
}

function within(draft: Draft, wanted: Selected, otherwise: Selected): Selected {
  const there = (selected: Selected) => selected === "quiz" || draft.items.some(({ id }) => id === selected);
  return there(wanted) ? wanted : there(otherwise) ? otherwise : (draft.items.at(-1)?.id ?? "quiz");
}
