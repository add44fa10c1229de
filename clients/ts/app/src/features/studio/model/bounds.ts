// The bounds of a quiz on the wire, so that a field tells of them before the server refuses: the rules of quiz.proto in one table.
//
// bounds.test.ts holds the table to the proto. Neighbour: `check` applies it.

/** Bounds of a text, in characters (code points). */
export interface TextBounds {
  readonly min: number;
  readonly max: number;
}

/** Bounds of a number, or of how many there are. */
export interface Span {
  readonly min: number;
  readonly max: number;
}

/** Largest number of an entry. */
const BIG = 1_000_000_000_000;
const NUMBER: Span = { min: -BIG, max: BIG };
const WIDTH: Span = { min: 0, max: BIG };

/** Lengths of texts by `Message.field`; those of lists are of each item. */
export const TEXT = {
  "Quiz.title": { min: 1, max: 120 },
  "Quiz.description": { min: 0, max: 1000 },
  "Quiz.language": { min: 0, max: 35 },
  "Question.text": { min: 1, max: 1000 },
  "Question.explanation": { min: 0, max: 2000 },
  "Question.media_url": { min: 0, max: 512 },
  "Question.media_alt": { min: 0, max: 500 },
  "Option.text": { min: 1, max: 300 },
  "TextEntry.accepted": { min: 1, max: 200 },
  "NumberEntry.unit": { min: 0, max: 20 },
  "RangeEntry.unit": { min: 0, max: 20 },
  "Ordering.items": { min: 1, max: 200 },
  "MatchingPair.left": { min: 1, max: 200 },
  "MatchingPair.right": { min: 1, max: 200 },
  "Poll.options": { min: 1, max: 300 },
  "Rating.low_label": { min: 0, max: 60 },
  "Rating.high_label": { min: 0, max: 60 },
} as const satisfies Record<string, TextBounds>;

/** How many items a list has, by `Message.field`. */
export const COUNT = {
  "Quiz.questions": { min: 1, max: 200 },
  "SingleChoice.options": { min: 2, max: 8 },
  "MultipleChoice.options": { min: 2, max: 8 },
  "TextEntry.accepted": { min: 1, max: 20 },
  "Ordering.items": { min: 2, max: 10 },
  "Matching.pairs": { min: 2, max: 10 },
  "Poll.options": { min: 2, max: 8 },
} as const satisfies Record<string, Span>;

/** Numbers by `Message.field`; times in milliseconds. */
export const NUMBERS = {
  "QuizSettings.time_limit_ms": { min: 0, max: 600_000 },
  "QuizSettings.read_ms": { min: 0, max: 60_000 },
  "QuizSettings.speed_weight_permille": { min: 0, max: 1000 },
  "QuizSettings.leaderboard_size": { min: 0, max: 100 },
  "QuizSettings.reveal_ms": { min: 0, max: 120_000 },
  "QuizSettings.leaderboard_ms": { min: 0, max: 120_000 },
  "QuizSettings.start_countdown_ms": { min: 0, max: 30_000 },
  "Question.time_limit_ms": { min: 0, max: 600_000 },
  "Question.read_ms": { min: 0, max: 60_000 },
  "Question.points": { min: 0, max: 2000 },
  "TextEntry.max_edits": { min: 0, max: 5 },
  "NumberEntry.target": NUMBER,
  "NumberEntry.tolerance": WIDTH,
  "RangeEntry.min": NUMBER,
  "RangeEntry.max": NUMBER,
  "RangeEntry.step": WIDTH,
  "RangeEntry.correct_min": NUMBER,
  "RangeEntry.correct_max": NUMBER,
  "Rating.steps": { min: 2, max: 10 },
  "WordCloud.max_words": { min: 0, max: 10 },
} as const satisfies Record<string, Span>;

/** Characters of a text as the server counts them. */
export function lengthOf(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
