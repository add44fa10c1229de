// A few free words for the cloud.
import { TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ActionRow } from "./ActionRow";
import classes from "./answers.module.css";
import type { AnswerProps } from "./types";

const LONGEST = 40;

export function WordsAnswer({ form, given, disabled, status, submit }: AnswerProps) {
  const { t } = useTranslation("player");
  const most = form.limit || 3;
  const [words, setWords] = useState<readonly string[]>(() => {
    const before = given?.case === "words" ? given.value.words : [];
    return Array.from({ length: most }, (_, at) => before[at] ?? "");
  });
  const full = words.map((word) => word.trim()).filter((word) => word !== "");
  const send = (event?: FormEvent) => {
    event?.preventDefault();
    if (!disabled && full.length > 0) submit({ case: "words", value: { $typeName: "trivium.v1.Words", words: full } });
  };
  return (
    <form className={classes.form} onSubmit={send}>
      <div className={`${classes.fields} ${classes.top}`}>
        <p className={classes.note}>{t("question.wordsHint", { count: most })}</p>
        {words.map((word, at) => (
          <TextInput
            // biome-ignore lint/suspicious/noArrayIndexKey: a field is known by its place
            key={at}
            size="lg"
            aria-label={t("question.word", { n: at + 1 })}
            placeholder={t("question.word", { n: at + 1 })}
            classNames={{ input: classes.field ?? "" }}
            value={word}
            maxLength={LONGEST}
            readOnly={disabled}
            autoComplete="off"
            enterKeyHint={at + 1 < most ? "next" : "send"}
            onChange={(event) => setWords(words.with(at, event.currentTarget.value))}
          />
        ))}
      </div>
      <ActionRow
        status={status}
        button={{ label: t("question.submit"), disabled: disabled || full.length === 0, onClick: () => send() }}
      />
    </form>
  );
}
