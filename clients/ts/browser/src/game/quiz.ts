// A quiz with every kind of question, and what hands have to do to answer each right or wrong.
//
// Neighbours: `hands` does it in a page, `terminal` types the same at a prompt.

import type { MessageInitShape } from "@bufbuild/protobuf";
import type { QuestionSchema, QuizSchema } from "@trivium/client/proto";

/** What somebody does to answer, in the words that are on the screen. */
export type Deed =
  | { readonly tap: string }
  | { readonly taps: readonly string[] }
  | { readonly type: string }
  | { readonly slide: number }
  | { readonly order: readonly string[] }
  | { readonly match: Readonly<Record<string, string>> }
  | { readonly rate: number }
  | { readonly words: readonly string[] };

/** A question and two answers to it. */
export interface Item {
  /** For names of screenshots. */
  readonly name: string;
  readonly question: MessageInitShape<typeof QuestionSchema>;
  readonly right: Deed;
  /** Earns nothing; for opinions, another one. */
  readonly wrong: Deed;
  /** What `trivium play` types: options are letters, pairs are digits. */
  readonly typed: string;
}

type Kind = NonNullable<MessageInitShape<typeof QuestionSchema>["kind"]>;

const option = (text: string, correct = false) => ({ text, correct });

/** One of each kind, in the order of the wire. */
export const TWELVE: readonly Item[] = [
  item(
    "single",
    "Which planet has the shortest day?",
    {
      case: "singleChoice",
      value: { options: [option("Earth"), option("Jupiter", true), option("Mars"), option("Venus")] },
    },
    { tap: "Jupiter" },
    { tap: "Mars" },
    "b",
  ),
  item(
    "multiple",
    "Which of these are **prime**?",
    {
      case: "multipleChoice",
      value: { options: [option("2", true), option("9"), option("11", true), option("$3 \\cdot 5$")] },
    },
    { taps: ["2", "11"] },
    { taps: ["9"] },
    "ac",
  ),
  item(
    "truth",
    "A day on Venus is longer than its year.",
    { case: "trueFalse", value: { correct: true } },
    { tap: "True" },
    { tap: "False" },
    "t",
  ),
  item(
    "text",
    "Which metal is liquid at room temperature?",
    { case: "textEntry", value: { accepted: ["mercury", "quicksilver"] } },
    { type: "Mercury" },
    { type: "iron" },
    "quicksilver",
  ),
  item(
    "number",
    "How high is Mount Everest?",
    { case: "numberEntry", value: { target: 8849, tolerance: 200, unit: "m" } },
    { type: "8,849" },
    { type: "1000" },
    "8800",
  ),
  item(
    "range",
    "How much of the Earth's surface is water?",
    { case: "rangeEntry", value: { min: 0, max: 100, step: 1, correctMin: 69, correctMax: 73, unit: "%" } },
    { slide: 71 },
    { slide: 40 },
    "70",
  ),
  item(
    "order",
    "Order by distance from the Sun, the nearest first.",
    { case: "ordering", value: { items: ["Mercury", "Mars", "Jupiter", "Neptune"], partialCredit: true } },
    { order: ["Mercury", "Mars", "Jupiter", "Neptune"] },
    { order: ["Neptune", "Jupiter", "Mars", "Mercury"] },
    "abcd",
  ),
  item(
    "match",
    "Which capital belongs to which country?",
    {
      case: "matching",
      value: {
        pairs: [
          { left: "Norway", right: "Oslo" },
          { left: "Peru", right: "Lima" },
          { left: "Kenya", right: "Nairobi" },
        ],
      },
    },
    { match: { Norway: "Oslo", Peru: "Lima", Kenya: "Nairobi" } },
    { match: { Norway: "Nairobi", Peru: "Oslo", Kenya: "Lima" } },
    "123",
  ),
  item(
    "poll",
    "Where would you rather live?",
    { case: "poll", value: { options: ["By the sea", "In the hills", "In a city"] } },
    { tap: "By the sea" },
    { tap: "In a city" },
    "b",
  ),
  item(
    "polls",
    "Which of these have you been to?",
    { case: "poll", value: { options: ["Iceland", "Japan", "Chile", "Kenya"], multiple: true } },
    { taps: ["Japan", "Kenya"] },
    { taps: ["Iceland"] },
    "bc",
  ),
  item(
    "rating",
    "How was this round?",
    { case: "rating", value: { steps: 5, lowLabel: "Too easy", highLabel: "Too hard" } },
    { rate: 4 },
    { rate: 2 },
    "3",
  ),
  item(
    "words",
    "What did you learn today?",
    { case: "wordCloud", value: { maxWords: 3 } },
    { words: ["planets", "primes"] },
    { words: ["patience"] },
    "primes, Venus",
  ),
];

function item(name: string, text: string, kind: Kind, right: Deed, wrong: Deed, typed: string): Item {
  return { name, question: { text, explanation: `Because it **is** so: $E = mc^2$.`, kind }, right, wrong, typed };
}

/** How fast a quiz is: suites never race its clock, they turn the pages themselves. */
export const UNHURRIED = { timeLimitMs: 240_000, noReadPhase: true, startCountdownMs: 1 } as const;

/** Some of the questions as a quiz. */
export function quizOf(
  items: readonly Item[],
  settings: MessageInitShape<typeof QuizSchema>["settings"] = UNHURRIED,
): MessageInitShape<typeof QuizSchema> {
  return { title: "Planets and primes", settings, questions: items.map(({ question }) => question) };
}

/** The items of these names, in this order. */
export function items(...names: string[]): readonly Item[] {
  return names.map((name) => {
    const found = TWELVE.find((each) => each.name === name);
    if (!found) throw new Error(`there is no question ${name}`);
    return found;
  });
}
