// Asks for the code of the remote control.

import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { FocusHeading } from "../../components/FocusHeading";
import { PageFrame } from "../../components/PageFrame";
import { displayCode, isCode } from "../../lib/codes";
import classes from "./remote.module.css";

interface Props {
  /** Why the last code did not work. */
  readonly failure: string | undefined;
  readonly onCode: (code: string) => void;
}

/** The form. */
export function Enter({ failure, onCode }: Props) {
  const { t } = useTranslation("remote");
  const [code, setCode] = useState("");
  const [short, setShort] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isCode(code)) onCode(code);
    else setShort(true);
  };
  return (
    <PageFrame width="text">
      <form className={classes.enter} onSubmit={submit} noValidate>
        <FocusHeading>{t("heading")}</FocusHeading>
        <p>{t("hint")}</p>
        <TextInput
          label={t("code")}
          size="xl"
          value={code}
          error={short ? t("short") : failure}
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          maxLength={16}
          onChange={(event) => {
            setCode(event.currentTarget.value.toUpperCase());
            setShort(false);
          }}
          onBlur={() => setCode(displayCode(code))}
        />
        <Button type="submit" size="xl" fullWidth>
          {t("enter")}
        </Button>
      </form>
    </PageFrame>
  );
}
