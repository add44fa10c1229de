// Kinds of question, as keys of each feature's own texts.
import { QuestionKind } from "@trivium/client/proto";

const KEYS = {
  [QuestionKind.UNSPECIFIED]: "kind.single",
  [QuestionKind.SINGLE_CHOICE]: "kind.single",
  [QuestionKind.MULTIPLE_CHOICE]: "kind.multiple",
  [QuestionKind.TRUE_FALSE]: "kind.truth",
  [QuestionKind.TEXT_ENTRY]: "kind.text",
  [QuestionKind.NUMBER_ENTRY]: "kind.number",
  [QuestionKind.RANGE_ENTRY]: "kind.range",
  [QuestionKind.ORDERING]: "kind.order",
  [QuestionKind.MATCHING]: "kind.match",
  [QuestionKind.POLL]: "kind.poll",
  [QuestionKind.MULTIPLE_POLL]: "kind.polls",
  [QuestionKind.RATING]: "kind.rating",
  [QuestionKind.WORD_CLOUD]: "kind.words",
} as const satisfies Record<QuestionKind, string>;

/** Whether a kind asks for an opinion, which earns nothing. */
export function isOpinion(kind: QuestionKind | undefined): boolean {
  return (
    kind === QuestionKind.POLL ||
    kind === QuestionKind.MULTIPLE_POLL ||
    kind === QuestionKind.RATING ||
    kind === QuestionKind.WORD_CLOUD
  );
}

/** Such as `kind.single`. */
export function kindKey(kind: QuestionKind | undefined): (typeof KEYS)[QuestionKind] {
  return KEYS[kind ?? QuestionKind.UNSPECIFIED];
}
