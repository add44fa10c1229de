// The code of a game, typed in big letters.
import { Button } from "@mantine/core";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { displayCode, isCode, normalCode } from "../lib/codes";
import classes from "./CodeForm.module.css";

/** Goes to the player's page with the code. */
export function CodeForm() {
  const { t } = useTranslation();
  const [, navigate] = useLocation();
  const [code, setCode] = useState("");
  const [short, setShort] = useState(false);
  const id = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isCode(code)) navigate(`/play/${normalCode(code)}`);
    else setShort(true);
  };
  return (
    <form className={classes.form} onSubmit={submit} noValidate>
      <label htmlFor={id} className={classes.label}>
        {t("code.label")}
      </label>
      <input
        id={id}
        className={classes.code}
        value={code}
        placeholder={t("code.placeholder")}
        aria-invalid={short}
        aria-describedby={`${id}-hint`}
        autoComplete="off"
        autoCapitalize="characters"
        autoCorrect="off"
        spellCheck={false}
        enterKeyHint="go"
        maxLength={16}
        onChange={(event) => {
          setCode(event.currentTarget.value.toUpperCase());
          setShort(false);
        }}
        onBlur={() => setCode(displayCode(code))}
      />
      <Button type="submit" size="xl" className={classes.join} fullWidth>
        {t("code.join")}
      </Button>
      <p id={`${id}-hint`} className={classes.hint} role="alert">
        {short ? t("code.short") : ""}
      </p>
    </form>
  );
}
