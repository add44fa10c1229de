// The way of answering that a kind of question asks for.
import { QuestionKind } from "@trivium/client/proto";
import { lazy, Suspense } from "react";
import { MultipleChoice, SingleChoice, TrueFalse } from "./Choices";
import { MatchingAnswer } from "./MatchingAnswer";
import { RangeAnswer } from "./RangeAnswer";
import { RatingAnswer } from "./RatingAnswer";
import { NumberAnswer, TextAnswer } from "./TextAnswer";
import type { AnswerProps } from "./types";
import { WordsAnswer } from "./WordsAnswer";

const loadOrdering = () => import("./OrderingAnswer");
const OrderingAnswer = lazy(loadOrdering);

/** Loads what a kind needs ahead of its opening. */
export function preloadAnswer(kind: QuestionKind): void {
  if (kind === QuestionKind.ORDERING) void loadOrdering();
}

/** Needs a `key` per question: drafts belong to one question only. */
export function AnswerInput({ kind, ...props }: AnswerProps & { kind: QuestionKind }) {
  switch (kind) {
    case QuestionKind.SINGLE_CHOICE:
    case QuestionKind.POLL:
      return <SingleChoice {...props} />;
    case QuestionKind.MULTIPLE_CHOICE:
    case QuestionKind.MULTIPLE_POLL:
      return <MultipleChoice {...props} />;
    case QuestionKind.TRUE_FALSE:
      return <TrueFalse {...props} />;
    case QuestionKind.TEXT_ENTRY:
      return <TextAnswer {...props} />;
    case QuestionKind.NUMBER_ENTRY:
      return <NumberAnswer {...props} />;
    case QuestionKind.RANGE_ENTRY:
      return <RangeAnswer {...props} />;
    case QuestionKind.ORDERING:
      return (
        <Suspense>
          <OrderingAnswer {...props} />
        </Suspense>
      );
    case QuestionKind.MATCHING:
      return <MatchingAnswer {...props} />;
    case QuestionKind.RATING:
      return <RatingAnswer {...props} />;
    case QuestionKind.WORD_CLOUD:
      return <WordsAnswer {...props} />;
    case QuestionKind.UNSPECIFIED:
      return null;
  }
}
