// A question as the player will get it: stem and answer form, made as the server makes them.
//
// Neighbour: `../preview/Preview` draws them with the player's own parts.

import { create } from "@bufbuild/protobuf";
import {
  type AnswerForm,
  AnswerFormSchema,
  type Question,
  type QuestionPrompt,
  QuestionPromptSchema,
  type QuizSettings,
} from "@trivium/client/proto";
import { kindOf } from "./kinds";

/** What a question is worth where it says nothing. */
export const DEFAULT_POINTS = 1000;

/** The stem. */
export function promptOf(question: Question, settings: QuizSettings, index: number, count: number): QuestionPrompt {
  return create(QuestionPromptSchema, {
    index,
    count,
    text: question.text,
    mediaUrl: question.mediaUrl,
    mediaAlt: question.mediaAlt,
    points: question.points ?? DEFAULT_POINTS,
    timeLimitMs: question.timeLimitMs || settings.timeLimitMs,
    kind: kindOf(question),
  });
}

/** The answer form. Options stand as written; what has to be mixed is turned by one, so that the preview stays still. */
export function formOf({ kind }: Question): AnswerForm {
  switch (kind.case) {
    case "singleChoice":
    case "multipleChoice":
      return create(AnswerFormSchema, { options: kind.value.options.map(({ text }) => text) });
    case "poll":
      return create(AnswerFormSchema, { options: [...kind.value.options] });
    case "ordering":
      return create(AnswerFormSchema, { options: turned(kind.value.items) });
    case "matching":
      return create(AnswerFormSchema, {
        options: kind.value.pairs.map(({ left }) => left),
        matches: turned(kind.value.pairs.map(({ right }) => right)),
      });
    case "numberEntry":
      return create(AnswerFormSchema, { unit: kind.value.unit });
    case "rangeEntry": {
      const { min, max, step, unit } = kind.value;
      return create(AnswerFormSchema, { min, max, step, unit });
    }
    case "rating": {
      const { steps, lowLabel, highLabel } = kind.value;
      return create(AnswerFormSchema, { limit: steps, lowLabel, highLabel });
    }
    case "wordCloud":
      return create(AnswerFormSchema, { limit: kind.value.maxWords || 3 });
    case "trueFalse":
    case "textEntry":
    case undefined:
      return create(AnswerFormSchema);
  }
}

function turned(texts: readonly string[]): string[] {
  return [...texts.slice(1), ...texts.slice(0, 1)];
}
