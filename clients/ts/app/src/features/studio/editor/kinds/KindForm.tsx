// The answers of a question, in the form that its kind asks for.
import type { Question } from "@trivium/client/proto";
import type { KindValue } from "../../model/kinds";
import type { ChangeQuestion } from "../context";
import { ChoiceForm } from "./ChoiceForm";
import { NumberForm, RangeForm } from "./NumberForms";
import { RatingForm, TruthForm, WordsForm } from "./SmallForms";
import { MatchingForm, OrderingForm, PollForm, TextEntryForm } from "./TextForms";

/** What a form of one kind works on. */
export interface KindProps<C extends KindValue["case"]> {
  readonly value: Extract<KindValue, { case: C }>["value"];
  /** Changes the kind's part of the question. Changes with the same `tag` in quick succession are one step. */
  readonly set: (change: Partial<Extract<KindValue, { case: C }>["value"]>, tag?: string) => void;
}

interface Props {
  readonly question: Question;
  readonly change: ChangeQuestion;
}

export function KindForm({ question: { kind }, change }: Props) {
  const set = (part: object, tag?: string) =>
    change((before) => {
      if (before.kind.case !== kind.case) return before;
      // The parts come from the form of the very case.
      return { ...before, kind: { ...before.kind, value: { ...before.kind.value, ...part } } as Question["kind"] };
    }, tag);
  switch (kind.case) {
    case "singleChoice":
      return <ChoiceForm value={kind.value} set={set} />;
    case "multipleChoice":
      return <ChoiceForm value={kind.value} set={set} />;
    case "trueFalse":
      return <TruthForm value={kind.value} set={set} />;
    case "textEntry":
      return <TextEntryForm value={kind.value} set={set} />;
    case "numberEntry":
      return <NumberForm value={kind.value} set={set} />;
    case "rangeEntry":
      return <RangeForm value={kind.value} set={set} />;
    case "ordering":
      return <OrderingForm value={kind.value} set={set} />;
    case "matching":
      return <MatchingForm value={kind.value} set={set} />;
    case "poll":
      return <PollForm value={kind.value} set={set} />;
    case "rating":
      return <RatingForm value={kind.value} set={set} />;
    case "wordCloud":
      return <WordsForm value={kind.value} set={set} />;
    case undefined:
      return null;
  }
}
