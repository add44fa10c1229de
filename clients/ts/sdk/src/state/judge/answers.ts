// Answers that fit the form of a question, for tests that do not know the solution.

import { create } from "@bufbuild/protobuf";
import { type Answer, type AnswerForm, AnswerSchema, QuestionKind } from "../../proto.js";

/** An answer to a question of this kind; other numbers, other answers. Options in `hidden` are not picked. */
export function anyAnswer(
  kind: QuestionKind,
  form: AnswerForm | undefined,
  nth: number,
  hidden: readonly number[],
): Answer {
  const options = (form?.options ?? []).map((_, at) => at).filter((at) => !hidden.includes(at));
  const pick = options[nth % Math.max(1, options.length)] ?? 0;
  const positions = (list: number[]) => ({ $typeName: "trivium.v1.Positions" as const, positions: list });
  const all = (form?.options ?? []).map((_, at) => at);
  switch (kind) {
    case QuestionKind.SINGLE_CHOICE:
    case QuestionKind.POLL:
      return create(AnswerSchema, { value: { case: "choice", value: pick } });
    case QuestionKind.MULTIPLE_CHOICE:
    case QuestionKind.MULTIPLE_POLL:
      return create(AnswerSchema, { value: { case: "choices", value: positions([pick]) } });
    case QuestionKind.TRUE_FALSE:
      return create(AnswerSchema, { value: { case: "truth", value: nth % 2 === 0 } });
    case QuestionKind.TEXT_ENTRY:
      return create(AnswerSchema, { value: { case: "text", value: `answer ${nth}` } });
    case QuestionKind.NUMBER_ENTRY:
      return create(AnswerSchema, { value: { case: "number", value: 10 + nth } });
    case QuestionKind.RANGE_ENTRY:
      return create(AnswerSchema, {
        value: { case: "number", value: nth % 2 === 0 ? (form?.min ?? 0) : (form?.max ?? 0) },
      });
    case QuestionKind.ORDERING:
      return create(AnswerSchema, {
        value: { case: "order", value: positions(nth % 2 === 0 ? all : all.toReversed()) },
      });
    case QuestionKind.MATCHING:
      return create(AnswerSchema, {
        value: { case: "matches", value: positions(nth % 2 === 0 ? all : all.toReversed()) },
      });
    case QuestionKind.RATING:
      return create(AnswerSchema, { value: { case: "rating", value: 1 + (nth % Math.max(1, form?.limit ?? 1)) } });
    case QuestionKind.WORD_CLOUD:
      return create(AnswerSchema, {
        value: { case: "words", value: { $typeName: "trivium.v1.Words", words: [`word ${nth}`] } },
      });
    case QuestionKind.UNSPECIFIED:
      throw new Error("a question has a kind");
  }
}
