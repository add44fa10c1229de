// The kinds of questions, a fresh question of each, and what is kept when a question changes its kind.
//
// Neighbours: `draft` holds questions, `prompt` shows one as a player sees it.

import { create } from "@bufbuild/protobuf";
import {
  MatchingPairSchema,
  MatchingSchema,
  MultipleChoiceSchema,
  NumberEntrySchema,
  OptionSchema,
  OrderingSchema,
  PollSchema,
  type Question,
  QuestionKind,
  QuestionSchema,
  RangeEntrySchema,
  RatingSchema,
  SingleChoiceSchema,
  TextEntrySchema,
  TrueFalseSchema,
  WordCloudSchema,
} from "@trivium/client/proto";

/** What a question asks for, as its `kind`. */
export type KindValue = Exclude<Question["kind"], { case: undefined }>;

/** The kinds in the order of the menu, each with the key of its texts. */
export const KINDS = [
  [QuestionKind.SINGLE_CHOICE, "single"],
  [QuestionKind.MULTIPLE_CHOICE, "multiple"],
  [QuestionKind.TRUE_FALSE, "truth"],
  [QuestionKind.TEXT_ENTRY, "text"],
  [QuestionKind.NUMBER_ENTRY, "number"],
  [QuestionKind.RANGE_ENTRY, "range"],
  [QuestionKind.ORDERING, "ordering"],
  [QuestionKind.MATCHING, "matching"],
  [QuestionKind.POLL, "poll"],
  [QuestionKind.MULTIPLE_POLL, "polls"],
  [QuestionKind.RATING, "rating"],
  [QuestionKind.WORD_CLOUD, "words"],
] as const;

/** Key of the texts of a kind. */
export type KindName = (typeof KINDS)[number][1];

/** A kind that a question can have. */
export type WrittenKind = (typeof KINDS)[number][0];

/** Key of the texts of a kind. */
export function kindName(kind: QuestionKind): KindName {
  return KINDS.find(([each]) => each === kind)?.[1] ?? "single";
}

/** The kind of a question as the game will call it. */
export function kindOf(question: Question): QuestionKind {
  const { kind } = question;
  switch (kind.case) {
    case "singleChoice":
      return QuestionKind.SINGLE_CHOICE;
    case "multipleChoice":
      return QuestionKind.MULTIPLE_CHOICE;
    case "trueFalse":
      return QuestionKind.TRUE_FALSE;
    case "textEntry":
      return QuestionKind.TEXT_ENTRY;
    case "numberEntry":
      return QuestionKind.NUMBER_ENTRY;
    case "rangeEntry":
      return QuestionKind.RANGE_ENTRY;
    case "ordering":
      return QuestionKind.ORDERING;
    case "matching":
      return QuestionKind.MATCHING;
    case "poll":
      return kind.value.multiple ? QuestionKind.MULTIPLE_POLL : QuestionKind.POLL;
    case "rating":
      return QuestionKind.RATING;
    case "wordCloud":
      return QuestionKind.WORD_CLOUD;
    case undefined:
      return QuestionKind.UNSPECIFIED;
  }
}

/** A fresh question of a kind, with as many empty fields as such questions mostly have. */
export function newQuestion(kind: WrittenKind): Question {
  return create(QuestionSchema, { kind: freshValue(kind, []) });
}

/** The same question as another kind; what both kinds have in common is kept: texts of options, items and pairs. */
export function withKind(question: Question, kind: WrittenKind): Question {
  if (kindOf(question) === kind) return question;
  return { ...question, kind: freshValue(kind, textsOf(question)) };
}

/** A text with whether it is right. */
interface Line {
  readonly text: string;
  readonly correct: boolean;
}

/** The texts of a question's options, items or pairs, as far as something is written in them. */
function textsOf({ kind }: Question): Line[] {
  const line = (text: string, correct = false): Line => ({ text, correct });
  const lines = (): Line[] => {
    switch (kind.case) {
      case "singleChoice":
      case "multipleChoice":
        return kind.value.options.map(({ text, correct }) => line(text, correct));
      case "textEntry":
        return kind.value.accepted.map((text) => line(text, true));
      case "ordering":
        return kind.value.items.map((text) => line(text));
      case "matching":
        return kind.value.pairs.map(({ left }) => line(left));
      case "poll":
        return kind.value.options.map((text) => line(text));
      case "trueFalse":
      case "numberEntry":
      case "rangeEntry":
      case "rating":
      case "wordCloud":
      case undefined:
        return [];
    }
  };
  return lines().filter(({ text }) => text.trim() !== "");
}

function freshValue(kind: WrittenKind, lines: readonly Line[]): KindValue {
  const atLeast = (count: number, most: number) =>
    Array.from({ length: Math.min(most, Math.max(count, lines.length)) }, (_, at) => lines[at]?.text ?? "");
  const options = (one: boolean) => {
    const right = lines.findIndex(({ correct }) => correct);
    return atLeast(4, 8).map((text, at) =>
      create(OptionSchema, { text, correct: one ? at === Math.max(right, 0) : lines[at]?.correct === true }),
    );
  };
  switch (kind) {
    case QuestionKind.SINGLE_CHOICE:
      return { case: "singleChoice", value: create(SingleChoiceSchema, { options: options(true), shuffle: true }) };
    case QuestionKind.MULTIPLE_CHOICE:
      return {
        case: "multipleChoice",
        value: create(MultipleChoiceSchema, { options: options(false), shuffle: true }),
      };
    case QuestionKind.TRUE_FALSE:
      return { case: "trueFalse", value: create(TrueFalseSchema, { correct: true }) };
    case QuestionKind.TEXT_ENTRY: {
      const right = lines.filter(({ correct }) => correct).map(({ text }) => text);
      return {
        case: "textEntry",
        value: create(TextEntrySchema, { accepted: right.length > 0 ? right : [lines[0]?.text ?? ""], maxEdits: 1 }),
      };
    }
    case QuestionKind.NUMBER_ENTRY:
      return { case: "numberEntry", value: create(NumberEntrySchema, { target: Number.NaN, tolerance: 0 }) };
    case QuestionKind.RANGE_ENTRY:
      return {
        case: "rangeEntry",
        value: create(RangeEntrySchema, { min: 0, max: 100, step: 1, correctMin: 40, correctMax: 60 }),
      };
    case QuestionKind.ORDERING:
      return { case: "ordering", value: create(OrderingSchema, { items: atLeast(3, 10), partialCredit: true }) };
    case QuestionKind.MATCHING:
      return {
        case: "matching",
        value: create(MatchingSchema, {
          pairs: atLeast(3, 10).map((left) => create(MatchingPairSchema, { left })),
          partialCredit: true,
        }),
      };
    case QuestionKind.POLL:
    case QuestionKind.MULTIPLE_POLL:
      return {
        case: "poll",
        value: create(PollSchema, { options: atLeast(3, 8), multiple: kind === QuestionKind.MULTIPLE_POLL }),
      };
    case QuestionKind.RATING:
      return { case: "rating", value: create(RatingSchema, { steps: 5 }) };
    case QuestionKind.WORD_CLOUD:
      return { case: "wordCloud", value: create(WordCloudSchema, { maxWords: 3 }) };
  }
}
