// A word, a phrase or a number, typed.
import { TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ActionRow } from "./ActionRow";
import classes from "./answers.module.css";
import type { AnswerProps } from "./types";

const LONGEST = 200;
/** Bound of numbers on the wire. */
const LARGEST = 1e12;

export function TextAnswer({ given, disabled, status, submit }: AnswerProps) {
  const { t } = useTranslation("player");
  const [text, setText] = useState(given?.case === "text" ? given.value : "");
  const send = () => {
    if (!disabled && text.trim() !== "") submit({ case: "text", value: text.trim() });
  };
  return (
    <form className={classes.form} onSubmit={preventing(send)}>
      <div className={`${classes.fields} ${classes.top}`}>
        <TextInput
          size="xl"
          label={t("question.text")}
          description={t("question.textHint")}
          classNames={{ input: classes.field ?? "" }}
          value={text}
          maxLength={LONGEST}
          readOnly={disabled}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          enterKeyHint="send"
          onChange={(event) => setText(event.currentTarget.value)}
        />
      </div>
      <ActionRow
        status={status}
        button={{ label: t("question.submit"), disabled: disabled || text.trim() === "", onClick: send }}
      />
    </form>
  );
}

export function NumberAnswer({ form, given, disabled, status, submit }: AnswerProps) {
  const { t, i18n } = useTranslation("player");
  const [text, setText] = useState(
    given?.case === "number" ? given.value.toLocaleString(i18n.language, { useGrouping: false }) : "",
  );
  const [bad, setBad] = useState(false);
  const send = () => {
    const value = readNumber(text, i18n.language);
    if (disabled) return;
    if (value === undefined) setBad(true);
    else submit({ case: "number", value });
  };
  return (
    <form className={classes.form} onSubmit={preventing(send)}>
      <div className={`${classes.fields} ${classes.top}`}>
        <TextInput
          size="xl"
          label={t("question.number")}
          classNames={{ input: classes.field ?? "" }}
          value={text}
          error={bad ? t("question.numberBad") : undefined}
          maxLength={24}
          readOnly={disabled}
          inputMode="decimal"
          autoComplete="off"
          enterKeyHint="send"
          rightSection={form.unit === "" ? undefined : <span className={classes.unit}>{form.unit}</span>}
          rightSectionWidth={form.unit === "" ? undefined : `${Math.max(3, form.unit.length + 2)}ch`}
          onChange={(event) => {
            setText(event.currentTarget.value);
            setBad(false);
          }}
        />
      </div>
      <ActionRow
        status={status}
        button={{ label: t("question.submit"), disabled: disabled || text.trim() === "", onClick: send }}
      />
    </form>
  );
}

/**
 * The number that somebody typed, with a comma or a point, with or without groups; `undefined` for what is none. The last
 * separator is the decimal one, unless it comes more than once, or is what the language writes between groups and stands
 * where it would: 8,849 is a mountain in English and a glass of water in German.
 */
export function readNumber(text: string, language: string): number | undefined {
  const plain = text.replaceAll(/[\s\u00a0\u202f'’_]/g, "").replace("−", "-");
  if (!/^[+-]?[\d.,]*\d[\d.,]*$/.test(plain)) return undefined;
  const last = Math.max(plain.lastIndexOf("."), plain.lastIndexOf(","));
  const separators = plain.replaceAll(/[^.,]/g, "");
  const repeated = separators.length > 1 && new Set(separators).size === 1;
  const grouped = separators === groupSeparator(language) && /^[+-]?[1-9]\d{0,2}[.,]\d{3}$/.test(plain);
  const value =
    last < 0 || repeated || grouped
      ? Number(plain.replaceAll(/[.,]/g, ""))
      : Number(`${plain.slice(0, last).replaceAll(/[.,]/g, "")}.${plain.slice(last + 1)}`);
  return Number.isFinite(value) && Math.abs(value) <= LARGEST ? value : undefined;
}

function groupSeparator(language: string): string | undefined {
  const parts = new Intl.NumberFormat(language).formatToParts(1_000_000);
  return parts.find(({ type }) => type === "group")?.value;
}

function preventing(send: () => void) {
  return (event: FormEvent) => {
    event.preventDefault();
    send();
  };
}
