// How the answers to a revealed question were spread: the rows of the chart, for each kind of question.
//
// Neighbours: `../stages/Reveal` draws them. Orderings and pairs have no counts on the wire; hosts count them from the
// results, slot by slot.

import {
  type AnswerForm,
  type PlayerResult,
  QuestionKind,
  type QuestionRevealed,
  type Solution,
  Verdict,
} from "@trivium/client/proto";

/** A row of the chart. */
export interface Row {
  readonly label: string;
  /** Position of the option as shown, from which its colour, shape and letter come; absent for free answers. */
  readonly option?: number;
  readonly count: number;
  /** Whole percent of those who answered. */
  readonly percent: number;
  /** Whether it is right; absent where nothing is. */
  readonly correct?: boolean;
}

/** A chart. */
export interface Spread {
  readonly rows: readonly Row[];
  /** What a row counts: picks of it, or players who had this slot right. */
  readonly counts: "picks" | "right";
  /** How many further free answers are not listed. */
  readonly hidden: number;
}

/** Most free answers that are listed. */
export const MAX_FREE_ROWS = 6;

/** The chart of a reveal, or none if there is nothing to count. */
export function spreadOf(
  kind: QuestionKind,
  form: AnswerForm | undefined,
  reveal: QuestionRevealed,
  words: { yes: string; no: string },
): Spread | undefined {
  const options = form?.options ?? [];
  const answered = reveal.distribution?.answered ?? 0;
  const counts = reveal.distribution?.counts ?? [];
  const solution = reveal.solution;
  const picks = (rows: Omit<Row, "percent">[]): Spread => ({
    rows: withPercent(rows, answered),
    counts: "picks",
    hidden: 0,
  });
  switch (kind) {
    case QuestionKind.SINGLE_CHOICE:
    case QuestionKind.MULTIPLE_CHOICE:
    case QuestionKind.POLL:
    case QuestionKind.MULTIPLE_POLL:
      return picks(
        options.map((label, option) => ({
          label,
          option,
          count: counts[option] ?? 0,
          ...(solution ? { correct: solution.positions.includes(option) } : {}),
        })),
      );
    case QuestionKind.TRUE_FALSE:
      // The counts are [false, true]; people read true first.
      return picks([
        { label: words.yes, option: 0, count: counts[1] ?? 0, correct: solution?.truth === true },
        { label: words.no, option: 1, count: counts[0] ?? 0, correct: solution?.truth === false },
      ]);
    case QuestionKind.RATING:
      return picks(counts.map((count, step) => ({ label: String(step + 1), count })));
    case QuestionKind.TEXT_ENTRY:
    case QuestionKind.NUMBER_ENTRY:
    case QuestionKind.RANGE_ENTRY:
      return free(reveal, answered, kind);
    case QuestionKind.ORDERING:
    case QuestionKind.MATCHING:
      return slots(kind, form, reveal, answered);
    case QuestionKind.WORD_CLOUD:
    case QuestionKind.UNSPECIFIED:
      return undefined;
  }
}

function free(reveal: QuestionRevealed, answered: number, kind: QuestionKind): Spread {
  const texts = reveal.distribution?.texts ?? [];
  const right = rightTexts(reveal.results);
  const all = texts.map(({ text, count }) => ({
    label: text,
    count,
    correct: right.has(fold(text)) || isSolution(kind, reveal.solution, text),
  }));
  // A right answer is listed even if few gave it.
  const listed = [...all.filter((row) => row.correct), ...all.filter((row) => !row.correct)].slice(0, MAX_FREE_ROWS);
  const rows = all.filter((row) => listed.includes(row));
  return { rows: withPercent(rows, answered), counts: "picks", hidden: Math.max(0, texts.length - MAX_FREE_ROWS) };
}

/** What the players wrote who were right: forgiven slips of the pen are right as well. */
function rightTexts(results: readonly PlayerResult[]): Set<string> {
  const right = new Set<string>();
  for (const { verdict, answer } of results) {
    if (verdict !== Verdict.CORRECT) continue;
    if (answer?.value.case === "text") right.add(fold(answer.value.value));
    if (answer?.value.case === "number") right.add(fold(String(answer.value.value)));
  }
  return right;
}

function isSolution(kind: QuestionKind, solution: Solution | undefined, text: string): boolean {
  if (!solution) return false;
  if (kind === QuestionKind.TEXT_ENTRY) return solution.accepted.some((accepted) => fold(accepted) === fold(text));
  const number = Number(text);
  return number >= solution.numberMin && number <= solution.numberMax;
}

function fold(text: string): string {
  return text.normalize("NFKC").trim().replace(/\s+/g, " ").toLowerCase();
}

function slots(
  kind: QuestionKind,
  form: AnswerForm | undefined,
  reveal: QuestionRevealed,
  answered: number,
): Spread | undefined {
  const right = reveal.solution?.positions;
  if (!right || right.length === 0) return undefined;
  const counts = right.map(() => 0);
  for (const { answer } of reveal.results) {
    const given = answer?.value;
    if (given?.case !== "order" && given?.case !== "matches") continue;
    given.value.positions.forEach((position, slot) => {
      if (position === right[slot]) counts[slot] = (counts[slot] ?? 0) + 1;
    });
  }
  const labels =
    kind === QuestionKind.ORDERING
      ? right.map((position) => form?.options[position] ?? "")
      : right.map((position, left) => `${form?.options[left] ?? ""} → ${form?.matches[position] ?? ""}`);
  const rows = labels.map((label, slot) => ({ label, count: counts[slot] ?? 0, correct: true }));
  return { rows: withPercent(rows, answered), counts: "right", hidden: 0 };
}

function withPercent(rows: readonly Omit<Row, "percent">[], answered: number): Row[] {
  return rows.map((row) => ({ ...row, percent: answered === 0 ? 0 : Math.round((row.count * 100) / answered) }));
}

/** The mean of a rating to one decimal, or none if nobody rated. */
export function meanRating(rows: readonly Row[]): number | undefined {
  const ratings = rows.reduce((sum, { count }) => sum + count, 0);
  if (ratings === 0) return undefined;
  const sum = rows.reduce((total, { count }, step) => total + count * (step + 1), 0);
  return Math.round((sum / ratings) * 10) / 10;
}
