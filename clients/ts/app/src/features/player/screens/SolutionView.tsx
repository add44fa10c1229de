// What was right, what one answered oneself, and how everybody answered: in the form that the kind asks for.
import type { QuizView } from "@trivium/client";
import { type AnswerForm, QuestionKind, type QuestionRevealed } from "@trivium/client/proto";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { type BarRow, Bars } from "../../../components/Bars";
import { RichText } from "../../../components/RichText";
import { showNumber } from "../model/numbers";
import classes from "./Reveal.module.css";

interface Props {
  quiz: QuizView;
  reveal: QuestionRevealed;
}

/** Digits of a number that somebody typed. */
const DIGITS = 6;

export function SolutionView({ quiz, reveal }: Props) {
  const { t } = useTranslation("player");
  const { prompt, form } = quiz.state;
  const { solution } = reveal;
  if (prompt === undefined) return null;
  switch (prompt.kind) {
    case QuestionKind.SINGLE_CHOICE:
    case QuestionKind.MULTIPLE_CHOICE:
    case QuestionKind.POLL:
    case QuestionKind.MULTIPLE_POLL:
    case QuestionKind.TRUE_FALSE:
    case QuestionKind.RATING:
      return (
        <Bars caption={t("reveal.spread")} rows={rowsOf(t, quiz, reveal)} total={reveal.distribution?.answered ?? 0} />
      );
    case QuestionKind.TEXT_ENTRY:
      return (
        <ul className={classes.facts}>
          <li>
            <span className={classes.right}>
              ✓ {t("reveal.accepted", { texts: solution?.accepted.slice(0, 3).join(", ") ?? "" })}
            </span>
          </li>
          <Own text={ownText(reveal)} />
        </ul>
      );
    case QuestionKind.NUMBER_ENTRY:
    case QuestionKind.RANGE_ENTRY:
      return (
        <ul className={classes.facts}>
          <li>
            <span className={classes.right}>✓ {targetOf(t, reveal, form)}</span>
          </li>
          <Own text={ownNumber(reveal, form)} />
        </ul>
      );
    case QuestionKind.ORDERING:
      return (
        <ol className={classes.list}>
          {solution?.positions.map((position, place) => (
            <li key={position}>
              <RichText text={form?.options[position] ?? ""} inline />
              <Mark given={ownPositions(reveal)?.[place]} right={position} texts={form?.options} />
            </li>
          ))}
        </ol>
      );
    case QuestionKind.MATCHING:
      return (
        <ul className={classes.list}>
          {solution?.positions.map((right, left) => (
            <li key={right}>
              <RichText text={form?.options[left] ?? ""} inline /> →{" "}
              <RichText text={form?.matches[right] ?? ""} inline />
              <Mark given={ownPositions(reveal)?.[left]} right={right} texts={form?.matches} />
            </li>
          ))}
        </ul>
      );
    case QuestionKind.WORD_CLOUD:
      return <Cloud reveal={reveal} />;
    case QuestionKind.UNSPECIFIED:
      return null;
  }
}

type T = TFunction<"player">;

function rowsOf(t: T, { state }: QuizView, { distribution, solution, own }: QuestionRevealed): BarRow[] {
  const kind = state.prompt?.kind;
  const counts = distribution?.counts ?? [];
  const given = own?.answer?.value;
  if (kind === QuestionKind.TRUE_FALSE) {
    return [true, false].map((truth, position) => ({
      key: position,
      position,
      label: truth ? t("question.true") : t("question.false"),
      // The counts are [false, true].
      count: counts[truth ? 1 : 0] ?? 0,
      correct: solution?.truth === truth,
      own: given?.case === "truth" && given.value === truth,
    }));
  }
  if (kind === QuestionKind.RATING) {
    return counts.map((count, at) => ({
      key: at,
      label: String(at + 1),
      count,
      own: given?.case === "rating" && given.value === at + 1,
    }));
  }
  const mine = given?.case === "choice" ? [given.value] : given?.case === "choices" ? given.value.positions : [];
  return (state.form?.options ?? []).map((text, position) => ({
    key: position,
    position,
    label: <RichText text={text} inline />,
    count: counts[position] ?? 0,
    correct: solution?.positions.includes(position) === true,
    own: mine.includes(position),
  }));
}

function targetOf(t: T, { solution }: QuestionRevealed, form: AnswerForm | undefined): string {
  const unit = form?.unit ? ` ${form.unit}` : "";
  const show = (value: number) => `${showNumber(value, DIGITS)}${unit}`;
  const { numberMin = 0, numberMax = 0, tolerance = 0 } = solution ?? {};
  if (numberMin !== numberMax) return t("reveal.between", { from: show(numberMin), to: show(numberMax) });
  if (tolerance > 0) return t("reveal.near", { value: show(numberMin), tolerance: showNumber(tolerance, DIGITS) });
  return t("reveal.exact", { value: show(numberMin) });
}

function ownText({ own }: QuestionRevealed): string | undefined {
  const given = own?.answer?.value;
  return given?.case === "text" ? given.value : undefined;
}

function ownNumber({ own }: QuestionRevealed, form: AnswerForm | undefined): string | undefined {
  const given = own?.answer?.value;
  if (given?.case !== "number") return undefined;
  return `${showNumber(given.value, DIGITS)}${form?.unit ? ` ${form.unit}` : ""}`;
}

function Own({ text }: { text: string | undefined }) {
  const { t } = useTranslation("player");
  return text === undefined ? null : <li>{t("reveal.yours", { answer: text })}</li>;
}

/** What one answered oneself, by place or by left side. */
function ownPositions({ own }: QuestionRevealed): readonly number[] | undefined {
  const given = own?.answer?.value;
  return given?.case === "order" || given?.case === "matches" ? given.value.positions : undefined;
}

interface MarkProps {
  given: number | undefined;
  right: number;
  texts: readonly string[] | undefined;
}

/** Whether one had it so too, or what one had instead. */
function Mark({ given, right, texts }: MarkProps) {
  const { t } = useTranslation("player");
  if (given === undefined) return null;
  if (given === right) return <span className={classes.hit}>✓ {t("reveal.hit")}</span>;
  return <span className={classes.miss}>✗ {t("reveal.yours", { answer: texts?.[given] ?? "" })}</span>;
}

function Cloud({ reveal }: { reveal: QuestionRevealed }) {
  const texts = reveal.distribution?.texts ?? [];
  const most = Math.max(1, ...texts.map(({ count }) => count));
  return (
    <ul className={classes.cloud}>
      {texts.map(({ text, count }) => (
        <li key={text} style={{ "--share": count / most }}>
          {text} <small className="tabular">{count}</small>
        </li>
      ))}
    </ul>
  );
}
