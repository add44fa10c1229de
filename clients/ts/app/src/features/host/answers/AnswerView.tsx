// What a question asks for, on the projector: options, items, pairs, or a word about what to do on the own device.
//
// Neighbours: `Chart` shows the same after the reveal.

import { type AnswerForm, QuestionKind, type QuestionPrompt } from "@trivium/client/proto";
import { useTranslation } from "react-i18next";
import { OptionShape } from "../../../components/OptionShape";
import { optionLook } from "../../../components/options";
import { RichText } from "../../../components/RichText";
import { KINDS } from "../stages/QuestionHead";
import classes from "./answers.module.css";

interface Props {
  readonly prompt: QuestionPrompt;
  readonly form: AnswerForm | undefined;
}

/** The lower half of an open question. */
export function AnswerView({ prompt, form }: Props) {
  const { t } = useTranslation("host");
  switch (prompt.kind) {
    case QuestionKind.SINGLE_CHOICE:
    case QuestionKind.MULTIPLE_CHOICE:
    case QuestionKind.POLL:
    case QuestionKind.MULTIPLE_POLL:
      return <Tiles options={form?.options ?? []} />;
    case QuestionKind.TRUE_FALSE:
      return <Tiles options={[t("stage.true"), t("stage.false")]} />;
    case QuestionKind.ORDERING:
      return <Tiles options={form?.options ?? []} />;
    case QuestionKind.MATCHING:
      return <Pairs lefts={form?.options ?? []} rights={form?.matches ?? []} />;
    case QuestionKind.RATING:
      return <Scale form={form} />;
    case QuestionKind.RANGE_ENTRY:
      return <Slider form={form} />;
    case QuestionKind.TEXT_ENTRY:
      return <Hint kind={prompt.kind} text={t("form.typeText")} />;
    case QuestionKind.NUMBER_ENTRY:
      return (
        <Hint
          kind={prompt.kind}
          text={form?.unit ? t("form.typeNumberUnit", { unit: form.unit }) : t("form.typeNumber")}
        />
      );
    case QuestionKind.WORD_CLOUD:
      return <Hint kind={prompt.kind} text={t("form.words", { count: form?.limit || 3 })} />;
    case QuestionKind.UNSPECIFIED:
      return null;
  }
}

/** Options as tiles: colour, shape, letter, text. */
function Tiles({ options }: { options: readonly string[] }) {
  return (
    <ul className={classes.tiles} data-count={options.length} data-long={isLong(options) || undefined}>
      {options.map((text, position) => {
        const { colour, letter } = optionLook(position);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: the position is what an option is known by
          <li key={position} className={classes.tile} style={{ background: colour }}>
            <span className={classes.mark}>
              <OptionShape position={position} />
              <b>{letter}</b>
            </span>
            <span className={classes.tileText}>
              <RichText text={text} inline />
            </span>
          </li>
        );
      })}
    </ul>
  );
}

function isLong(options: readonly string[]): boolean {
  return options.some((text) => text.length > 60);
}

function Pairs({ lefts, rights }: { lefts: readonly string[]; rights: readonly string[] }) {
  return (
    <div className={classes.pairs}>
      <ol>
        {lefts.map((text, n) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the position is what a side is known by
          <li key={n} className={classes.side}>
            <span className={classes.bead}>{n + 1}</span>
            <RichText text={text} inline />
          </li>
        ))}
      </ol>
      <ol>
        {rights.map((text, n) => {
          const { colour, letter } = optionLook(n);
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: the position is what a side is known by
            <li key={n} className={classes.side} data-right style={{ background: colour }}>
              <span className={classes.mark}>
                <OptionShape position={n} />
                <b>{letter}</b>
              </span>
              <RichText text={text} inline />
            </li>
          );
        })}
      </ol>
    </div>
  );
}

function Scale({ form }: { form: AnswerForm | undefined }) {
  const steps = Array.from({ length: form?.limit ?? 0 }, (_, n) => n + 1);
  return (
    <div className={classes.scale}>
      <ol>
        {steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      <p>
        <span>{form?.lowLabel}</span>
        <span>{form?.highLabel}</span>
      </p>
    </div>
  );
}

function Slider({ form }: { form: AnswerForm | undefined }) {
  const { t, i18n } = useTranslation("host");
  const number = (value: number | undefined) =>
    `${(value ?? 0).toLocaleString(i18n.language)}${form?.unit ? `\u00a0${form.unit}` : ""}`;
  return (
    <div className={classes.slider}>
      <p>
        <b>{number(form?.min)}</b>
        <span className={classes.groove} aria-hidden="true" />
        <b>{number(form?.max)}</b>
      </p>
      <p className={classes.hintText}>{t("form.slide")}</p>
    </div>
  );
}

function Hint({ kind, text }: { kind: QuestionKind; text: string }) {
  const { Icon } = KINDS[kind];
  return (
    <div className={classes.hint}>
      <Icon size="2.4em" stroke={1.5} aria-hidden />
      <p className={classes.hintText}>{text}</p>
    </div>
  );
}
