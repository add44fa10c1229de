// What the fields of the editor share: the editor, and what is wrong with the part that they belong to.
import type { Question } from "@trivium/client/proto";
import { createContext, type ReactNode, useCallback, useContext, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useStore } from "zustand";
import { checkQuestion, checkQuiz, type Problem } from "../model/check";
import { setQuestion } from "../model/draft";
import type { Editor, EditorState } from "../model/history";

const EditorContext = createContext<Editor | undefined>(undefined);

/** Gives the editor to everything below. */
export function EditorProvider({ editor, children }: { editor: Editor; children: ReactNode }) {
  return <EditorContext value={editor}>{children}</EditorContext>;
}

/** The editor. */
export function useEditor(): Editor {
  const editor = useContext(EditorContext);
  if (editor === undefined) throw new Error("useEditor needs an EditorProvider above it");
  return editor;
}

/** A part of the editor's state. `select` must return the same object while nothing has changed. */
export function useEditorState<T>(select: (state: EditorState) => T): T {
  return useStore(useEditor(), select);
}

const ProblemsContext = createContext<readonly Problem[]>([]);

/** Gives its problems to the fields of a question. */
export function QuestionProblems({ question, children }: { question: Question; children: ReactNode }) {
  return <ProblemsContext value={useProblemsOf(question)}>{children}</ProblemsContext>;
}

/** What is wrong with a question, by our rules and by the server's word. */
export function useProblemsOf(question: Question): readonly Problem[] {
  const refused = useEditorState((state) => state.refusedQuestions.get(question));
  return useMemo(() => [...(refused ?? []), ...checkQuestion(question)], [refused, question]);
}

/** Gives its problems to the fields of the quiz itself. */
export function QuizProblems({ children }: { children: ReactNode }) {
  return <ProblemsContext value={useProblemsOfQuiz()}>{children}</ProblemsContext>;
}

/** What is wrong with the quiz itself. */
export function useProblemsOfQuiz(): readonly Problem[] {
  const draft = useEditorState((state) => state.draft);
  const refused = useEditorState((state) => state.refusedQuiz);
  return useMemo(() => [...(refused?.draft === draft ? refused.problems : []), ...checkQuiz(draft)], [refused, draft]);
}

/** What a field shows of its problems. */
export interface FieldState {
  /** Sentence to show as an error; absent if there is none, or none yet. */
  readonly error: string | undefined;
  readonly warning: string | undefined;
  /** By which a refused field is found. */
  readonly "data-path": string;
}

/** The problems at a path within the question or quiz. */
export function useField(path: string): FieldState {
  const { t } = useTranslation("studio");
  const problems = useContext(ProblemsContext);
  const strict = useEditorState((state) => state.strict);
  const here = problems.filter((problem) => problem.path === path);
  const shown = (problem: Problem) => problem.level === "error" || (strict && problem.level === "blank");
  const text = (problem: Problem | undefined) => problem && t(`problem.${problem.key}`, { ...problem.values });
  return {
    error: text(here.find(shown)),
    warning: text(here.find(({ level }) => level === "warning")),
    "data-path": path,
  };
}

/** Changes one question. */
export type ChangeQuestion = (change: (question: Question) => Question, tag?: string) => void;

/** Changes the question of this name. */
export function useChangeQuestion(id: string): ChangeQuestion {
  const editor = useEditor();
  return useCallback(
    (change, tag) =>
      editor.edit(
        (draft) => {
          const item = draft.items.find((each) => each.id === id);
          const next = item && change(item.question);
          return item === undefined || next === undefined || next === item.question
            ? draft
            : setQuestion(draft, id, next);
        },
        tag === undefined ? undefined : `${id}.${tag}`,
      ),
    [editor, id],
  );
}
