// The server's refusal of a quiz, put at the fields that it is about.
//
// Neighbour: `check` finds most of it before the server is asked.

import { ConnectError } from "@connectrpc/connect";
import { fieldViolations, reason } from "@trivium/client";
import type { Problem } from "./check";

/** A refusal by where it belongs. */
export interface Refusal {
  /** About the quiz itself; paths within the quiz. */
  readonly quiz: readonly Problem[];
  /** About questions, by their place from 0; paths within the question. */
  readonly questions: ReadonlyMap<number, readonly Problem[]>;
}

/** Whether somebody else has saved a newer revision. */
export function isConflict(error: unknown): boolean {
  return reason(error) === "REVISION_CONFLICT";
}

/** Whether there is no such quiz (any more), or it is somebody else's. */
export function isGone(error: unknown): boolean {
  return reason(error) === "QUIZ_NOT_FOUND";
}

/** What the server found wrong; `undefined` if the error is about something else. */
export function refusalOf(error: unknown): Refusal | undefined {
  const found = fieldViolations(error).map(({ field, description }) => ({ field, description }));
  // Rules over several fields come as one sentence, which names the question by its number.
  if (found.length === 0 && reason(error) === "QUIZ_INVALID") {
    const message = ConnectError.from(error).rawMessage;
    const number = /question (\d+): (.*)$/s.exec(message);
    found.push({
      field: number ? `quiz.questions[${Number(number[1]) - 1}]` : "quiz",
      description: number?.[2] ?? message,
    });
  }
  if (found.length === 0) return undefined;
  const quiz: Problem[] = [];
  const questions = new Map<number, Problem[]>();
  for (const { field, description } of found) {
    const { question, path } = place(field);
    const problem: Problem = { path, key: "server", values: { message: description }, level: "error" };
    if (question === undefined) quiz.push(problem);
    else questions.set(question, [...(questions.get(question) ?? []), problem]);
  }
  return { quiz, questions };
}

/** Where a path such as `quiz.questions[2].text` leads: question 2, `text`. */
export function place(field: string): { question: number | undefined; path: string } {
  const within = field.replace(/^quiz(\.|$)/, "");
  const found = /^questions\[(\d+)\](?:\.(.*))?$/s.exec(within);
  if (found === null) return { question: undefined, path: within };
  return { question: Number(found[1]), path: found[2] ?? "" };
}
