// What the server would refuse in a draft, and what a careful author would not leave so, each at its field.
//
// Neighbours: `bounds` is the table, `violations` are the server's own words. Texts of the problems: `problem.*`.

import type { Question } from "@trivium/client/proto";
import { COUNT, lengthOf, NUMBERS, type Span, TEXT, type TextBounds } from "./bounds";
import type { Draft } from "./draft";

/** Something wrong at a field. */
export interface Problem {
  /** Path within the question, or within the quiz, in the names of the wire: `single_choice.options[1].text`. */
  readonly path: string;
  /** Key of its sentence. */
  readonly key: ProblemKey;
  /** What the sentence speaks of. */
  readonly values?: Readonly<Record<string, number | string>>;
  /** `blank` is an error that nobody is told of before trying to save: the field just has not been filled in yet. */
  readonly level: "error" | "blank" | "warning";
}

export type ProblemKey =
  | "blank"
  | "tooLong"
  | "tooFew"
  | "tooMany"
  | "outside"
  | "noneRight"
  | "twice"
  | "order"
  | "step"
  | "rightOutside"
  | "noAlt"
  | "server";

/** Whether saving would be refused for it. */
export function isError(problem: Problem): boolean {
  return problem.level !== "warning";
}

/** What is wrong with the quiz itself, its questions left out. */
export function checkQuiz({ title, description, language, settings, items }: Draft): Problem[] {
  return [
    ...text("title", title, TEXT["Quiz.title"]),
    ...text("description", description, TEXT["Quiz.description"]),
    ...text("language", language, TEXT["Quiz.language"]),
    ...count("questions", items.length, COUNT["Quiz.questions"]),
    ...number("settings.time_limit_ms", settings.timeLimitMs, NUMBERS["QuizSettings.time_limit_ms"]),
    ...number("settings.read_ms", settings.readMs, NUMBERS["QuizSettings.read_ms"]),
    ...number("settings.leaderboard_size", settings.leaderboardSize, NUMBERS["QuizSettings.leaderboard_size"]),
    ...number("settings.reveal_ms", settings.revealMs, NUMBERS["QuizSettings.reveal_ms"]),
    ...number("settings.leaderboard_ms", settings.leaderboardMs, NUMBERS["QuizSettings.leaderboard_ms"]),
    ...number("settings.start_countdown_ms", settings.startCountdownMs, NUMBERS["QuizSettings.start_countdown_ms"]),
  ];
}

const checked = new WeakMap<Question, readonly Problem[]>();

/** What is wrong with a question. Remembered, as questions never change. */
export function checkQuestion(question: Question): readonly Problem[] {
  let problems = checked.get(question);
  if (problems === undefined) {
    problems = [...checkCommon(question), ...checkKind(question)];
    checked.set(question, problems);
  }
  return problems;
}

function checkCommon(question: Question): Problem[] {
  const problems = [
    ...text("text", question.text, TEXT["Question.text"]),
    ...text("explanation", question.explanation, TEXT["Question.explanation"]),
    ...text("media_url", question.mediaUrl, TEXT["Question.media_url"]),
    ...text("media_alt", question.mediaAlt, TEXT["Question.media_alt"]),
    ...number("time_limit_ms", question.timeLimitMs, NUMBERS["Question.time_limit_ms"]),
    ...number("read_ms", question.readMs ?? 0, NUMBERS["Question.read_ms"]),
    ...number("points", question.points ?? 0, NUMBERS["Question.points"]),
  ];
  if (question.mediaUrl !== "" && question.mediaAlt.trim() === "") {
    problems.push({ path: "media_alt", key: "noAlt", level: "warning" });
  }
  return problems;
}

function checkKind({ kind }: Question): Problem[] {
  switch (kind.case) {
    case "singleChoice":
    case "multipleChoice": {
      const path = kind.case === "singleChoice" ? "single_choice" : "multiple_choice";
      const { options } = kind.value;
      return [
        ...count(`${path}.options`, options.length, COUNT["SingleChoice.options"]),
        ...distinct(
          options.map((option) => option.text),
          (at) => `${path}.options[${at}].text`,
          TEXT["Option.text"],
        ),
        ...(options.some(({ correct }) => correct)
          ? []
          : [{ path: `${path}.options`, key: "noneRight", level: "error" } as const]),
      ];
    }
    case "trueFalse":
      return [];
    case "textEntry": {
      const { accepted, maxEdits } = kind.value;
      return [
        ...count("text_entry.accepted", accepted.length, COUNT["TextEntry.accepted"]),
        ...accepted.flatMap((each, at) => text(`text_entry.accepted[${at}]`, each, TEXT["TextEntry.accepted"])),
        ...number("text_entry.max_edits", maxEdits, NUMBERS["TextEntry.max_edits"]),
      ];
    }
    case "numberEntry":
      return [
        ...number("number_entry.target", kind.value.target, NUMBERS["NumberEntry.target"]),
        ...number("number_entry.tolerance", kind.value.tolerance, NUMBERS["NumberEntry.tolerance"]),
        ...text("number_entry.unit", kind.value.unit, TEXT["NumberEntry.unit"]),
      ];
    case "rangeEntry": {
      const { min, max, step, correctMin, correctMax, unit } = kind.value;
      const problems = [
        ...number("range_entry.min", min, NUMBERS["RangeEntry.min"]),
        ...number("range_entry.max", max, NUMBERS["RangeEntry.max"]),
        ...number("range_entry.step", step, NUMBERS["RangeEntry.step"]),
        ...number("range_entry.correct_min", correctMin, NUMBERS["RangeEntry.correct_min"]),
        ...number("range_entry.correct_max", correctMax, NUMBERS["RangeEntry.correct_max"]),
        ...text("range_entry.unit", unit, TEXT["RangeEntry.unit"]),
      ];
      const add = (field: string, key: ProblemKey) =>
        problems.push({ path: `range_entry.${field}`, key, level: "error" });
      if (min >= max) add("max", "order");
      else {
        if (step > max - min) add("step", "step");
        if (correctMin < min || correctMin > max) add("correct_min", "rightOutside");
        if (correctMax < correctMin) add("correct_max", "order");
        else if (correctMax > max) add("correct_max", "rightOutside");
      }
      return problems;
    }
    case "ordering":
      return [
        ...count("ordering.items", kind.value.items.length, COUNT["Ordering.items"]),
        ...distinct(kind.value.items, (at) => `ordering.items[${at}]`, TEXT["Ordering.items"]),
      ];
    case "matching": {
      const { pairs } = kind.value;
      return [
        ...count("matching.pairs", pairs.length, COUNT["Matching.pairs"]),
        ...distinct(
          pairs.map(({ left }) => left),
          (at) => `matching.pairs[${at}].left`,
          TEXT["MatchingPair.left"],
        ),
        // Right sides may repeat: two animals may both be mammals.
        ...pairs.flatMap(({ right }, at) => text(`matching.pairs[${at}].right`, right, TEXT["MatchingPair.right"])),
      ];
    }
    case "poll":
      return [
        ...count("poll.options", kind.value.options.length, COUNT["Poll.options"]),
        ...distinct(kind.value.options, (at) => `poll.options[${at}]`, TEXT["Poll.options"]),
      ];
    case "rating":
      return [
        ...number("rating.steps", kind.value.steps, NUMBERS["Rating.steps"]),
        ...text("rating.low_label", kind.value.lowLabel, TEXT["Rating.low_label"]),
        ...text("rating.high_label", kind.value.highLabel, TEXT["Rating.high_label"]),
      ];
    case "wordCloud":
      return number("word_cloud.max_words", kind.value.maxWords, NUMBERS["WordCloud.max_words"]);
    case undefined:
      return [{ path: "kind", key: "blank", level: "blank" }];
  }
}

function text(path: string, value: string, { min, max }: TextBounds): Problem[] {
  if (min > 0 && value.trim() === "") return [{ path, key: "blank", level: "blank" }];
  const length = lengthOf(value);
  return length > max ? [{ path, key: "tooLong", values: { count: length, max }, level: "error" }] : [];
}

function count(path: string, value: number, { min, max }: Span): Problem[] {
  if (value < min) return [{ path, key: "tooFew", values: { min }, level: "error" }];
  return value > max ? [{ path, key: "tooMany", values: { max }, level: "error" }] : [];
}

function number(path: string, value: number, { min, max }: Span): Problem[] {
  if (Number.isNaN(value)) return [{ path, key: "blank", level: "blank" }];
  return value < min || value > max ? [{ path, key: "outside", values: { min, max }, level: "error" }] : [];
}

/** Texts that players must be able to tell apart. */
function distinct(texts: readonly string[], path: (at: number) => string, bounds: TextBounds): Problem[] {
  const seen = new Set<string>();
  return texts.flatMap((each, at): Problem[] => {
    const problems = text(path(at), each, bounds);
    const known = seen.has(each.trim());
    seen.add(each.trim());
    return problems.length === 0 && known ? [{ path: path(at), key: "twice", level: "error" }] : problems;
  });
}
