// The example quizzes that come with the app: loaded only when somebody asks for one.

import { fromJsonString } from "@bufbuild/protobuf";
import type { TriviumSession } from "@trivium/client";
import { type Quiz, QuizSchema, QuizService } from "@trivium/client/proto";

/** A quiz that one click puts into the own catalogue. */
export interface Example {
  /** Key of its texts, and name of its file. */
  readonly name: "capitals-and-coasts" | "from-cable-to-cloud" | "seven-wonders-of-physics";
  readonly load: () => Promise<Quiz>;
}

const files = import.meta.glob<string>("../../../../../../../examples/quizzes/*.json", {
  query: "?raw",
  import: "default",
});

/** The examples. */
export const EXAMPLES: readonly Example[] = (
  ["capitals-and-coasts", "from-cable-to-cloud", "seven-wonders-of-physics"] as const
).map((name) => ({ name, load: () => load(name) }));

async function load(name: Example["name"]): Promise<Quiz> {
  const file = Object.entries(files).find(([path]) => path.endsWith(`/${name}.json`))?.[1];
  if (!file) throw new Error(`there is no example ${name}`);
  return fromJsonString(QuizSchema, await file());
}

/** Puts an example into the caller's catalogue and returns its identifier. */
export async function importExample(session: TriviumSession, example: Example): Promise<string> {
  const { quiz } = await session.client(QuizService).createQuiz({ quiz: await example.load() });
  if (!quiz) throw new Error("the answer has no quiz");
  return quiz.id;
}
