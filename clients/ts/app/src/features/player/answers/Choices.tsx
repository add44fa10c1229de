// Options as big buttons: one tap answers where one is wanted, taps gather where several are.
import { IconCheck } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { OptionLabel } from "../../../components/OptionLabel";
import { optionOfKey } from "../../../components/options";
import { RichText } from "../../../components/RichText";
import { useHotkeys } from "../../../lib/hotkeys";
import { ActionRow } from "./ActionRow";
import classes from "./answers.module.css";
import type { AnswerProps } from "./types";

/** Single choice, and poll with one pick. */
export function SingleChoice(props: AnswerProps) {
  const { given, submit } = props;
  return (
    <OneOf
      {...props}
      options={props.form.options}
      chosen={given?.case === "choice" ? given.value : undefined}
      onChoose={(position) => submit({ case: "choice", value: position })}
    />
  );
}

/** True stands first, as people say it. */
export function TrueFalse(props: AnswerProps) {
  const { t } = useTranslation("player");
  const { given, submit } = props;
  return (
    <OneOf
      {...props}
      options={[t("question.true"), t("question.false")]}
      chosen={given?.case === "truth" ? (given.value ? 0 : 1) : undefined}
      onChoose={(position) => submit({ case: "truth", value: position === 0 })}
    />
  );
}

/** Multiple choice, and poll with several picks: gathered, then sent. */
export function MultipleChoice({ form, hidden, given, disabled, status, submit }: AnswerProps) {
  const { t } = useTranslation("player");
  const [picks, setPicks] = useState<readonly number[]>(() => (given?.case === "choices" ? given.value.positions : []));
  const toggle = (position: number) =>
    setPicks((before) =>
      before.includes(position) ? before.filter((each) => each !== position) : [...before, position],
    );
  const send = () =>
    submit({
      case: "choices",
      value: { $typeName: "trivium.v1.Positions", positions: picks.toSorted((a, b) => a - b) },
    });
  return (
    <>
      <Options options={form.options} hidden={hidden} chosen={picks} disabled={disabled} onChoose={toggle} />
      <ActionRow
        status={status}
        button={{
          label: picks.length === 0 ? t("question.submit") : t("question.submitCount", { count: picks.length }),
          disabled: disabled || picks.length === 0,
          onClick: send,
        }}
      />
    </>
  );
}

interface OneOfProps extends AnswerProps {
  options: readonly string[];
  chosen: number | undefined;
  onChoose(position: number): void;
}

function OneOf({ options, hidden, chosen, disabled, status, onChoose }: OneOfProps) {
  return (
    <>
      <Options
        options={options}
        hidden={hidden}
        chosen={chosen === undefined ? [] : [chosen]}
        disabled={disabled}
        onChoose={onChoose}
      />
      <ActionRow status={status} />
    </>
  );
}

interface OptionsProps {
  options: readonly string[];
  hidden: readonly number[];
  chosen: readonly number[];
  disabled: boolean;
  onChoose(position: number): void;
}

function Options({ options, hidden, chosen, disabled, onChoose }: OptionsProps) {
  const { t } = useTranslation("player");
  const isFree = (position: number) => !disabled && position < options.length && !hidden.includes(position);
  const press = (event: KeyboardEvent) => {
    const position = optionOfKey(event.key);
    if (isFree(position)) onChoose(position);
  };
  useHotkeys(Object.fromEntries([..."12345678abcdefgh"].map((key) => [key, press])), !disabled);
  return (
    <div className={classes.options} data-count={options.length}>
      {options.map((text, position) => {
        const picked = chosen.includes(position);
        const removed = hidden.includes(position);
        return (
          <button
            // biome-ignore lint/suspicious/noArrayIndexKey: the position is what an option is known by
            key={position}
            type="button"
            className={classes.option}
            aria-pressed={picked}
            aria-disabled={!isFree(position)}
            data-faded={(disabled && !picked) || undefined}
            onClick={() => {
              if (isFree(position)) onChoose(position);
            }}
          >
            <OptionLabel
              position={position}
              removed={removed}
              end={
                removed ? (
                  <small>{t("question.removed")}</small>
                ) : picked ? (
                  <IconCheck aria-label={t("question.chosen")} stroke={3} />
                ) : undefined
              }
            >
              <RichText text={text} inline />
            </OptionLabel>
          </button>
        );
      })}
    </div>
  );
}
