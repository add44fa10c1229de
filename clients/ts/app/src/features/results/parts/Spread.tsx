// How the answers to one question were spread: bars where there are options, else a table of what was said.

import { QuestionKind, type QuestionResults } from "@trivium/client/proto";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { type BarRow, Bars } from "../../../components/Bars";
import { RichText } from "../../../components/RichText";
import { withUnit } from "../model/text";
import classes from "./results.module.css";

export function Spread({ question }: { question: QuestionResults }) {
  const { t } = useTranslation("results");
  const rows = rowsOf(t, question);
  return (
    <>
      <Solved question={question} />
      {rows.length > 0 && (
        <Bars caption={t("question.spread")} rows={rows} total={question.distribution?.answered ?? 0} />
      )}
    </>
  );
}

type T = TFunction<"results">;

function rowsOf(t: T, { prompt, form, solution, distribution }: QuestionResults): BarRow[] {
  const counts = distribution?.counts ?? [];
  const texts = () =>
    distribution?.texts.map(({ text, count }) => ({ key: text, label: <bdi>{text}</bdi>, count })) ?? [];
  switch (prompt?.kind) {
    case QuestionKind.SINGLE_CHOICE:
    case QuestionKind.MULTIPLE_CHOICE:
    case QuestionKind.POLL:
    case QuestionKind.MULTIPLE_POLL:
      return (form?.options ?? []).map((text, position) => ({
        key: position,
        position,
        label: <RichText text={text} inline />,
        count: counts[position] ?? 0,
        correct: solution?.positions.includes(position) === true,
      }));
    case QuestionKind.TRUE_FALSE:
      return [true, false].map((truth, position) => ({
        key: position,
        position,
        label: t(truth ? "answer.true" : "answer.false"),
        // The counts are [false, true].
        count: counts[truth ? 1 : 0] ?? 0,
        correct: solution?.truth === truth,
      }));
    case QuestionKind.RATING:
      return counts.map((count, at) => ({ key: at, label: ratingLabel(at + 1, form?.limit, form), count }));
    case QuestionKind.ORDERING:
    case QuestionKind.MATCHING:
      return [
        { key: "right", label: t("verdict.correct"), count: distribution?.correct ?? 0 },
        {
          key: "other",
          label: t("question.other"),
          count: (distribution?.answered ?? 0) - (distribution?.correct ?? 0),
        },
      ];
    case QuestionKind.TEXT_ENTRY:
    case QuestionKind.NUMBER_ENTRY:
    case QuestionKind.RANGE_ENTRY:
    case QuestionKind.WORD_CLOUD:
      return texts();
    case QuestionKind.UNSPECIFIED:
    case undefined:
      return [];
  }
}

function ratingLabel(step: number, steps: number | undefined, form: QuestionResults["form"]): string {
  const word = step === 1 ? form?.lowLabel : step === steps ? form?.highLabel : "";
  return word ? `${step} · ${word}` : String(step);
}

/** The solution in words, for kinds whose bars do not mark it. */
function Solved({ question: { prompt, form, solution } }: { question: QuestionResults }) {
  const { t } = useTranslation("results");
  if (solution === undefined) return null;
  const line = (text: string) => <p className={classes.solution}>✓ {text}</p>;
  switch (prompt?.kind) {
    case QuestionKind.TEXT_ENTRY:
      return line(t("question.accepted", { texts: solution.accepted.join(", ") }));
    case QuestionKind.NUMBER_ENTRY:
    case QuestionKind.RANGE_ENTRY: {
      const [from, to] = [withUnit(solution.numberMin, form), withUnit(solution.numberMax, form)];
      if (from !== to) return line(t("question.between", { from, to }));
      const tolerance = withUnit(solution.tolerance, form);
      return line(solution.tolerance > 0 ? t("question.near", { value: from, tolerance }) : from);
    }
    case QuestionKind.ORDERING:
      return line(solution.positions.map((at) => form?.options[at] ?? "").join(" → "));
    case QuestionKind.MATCHING:
      return line(
        solution.positions.map((at, left) => `${form?.options[left] ?? ""} – ${form?.matches[at] ?? ""}`).join(", "),
      );
    case QuestionKind.SINGLE_CHOICE:
    case QuestionKind.MULTIPLE_CHOICE:
    case QuestionKind.TRUE_FALSE:
    case QuestionKind.POLL:
    case QuestionKind.MULTIPLE_POLL:
    case QuestionKind.RATING:
    case QuestionKind.WORD_CLOUD:
    case QuestionKind.UNSPECIFIED:
    case undefined:
      return null;
  }
}
