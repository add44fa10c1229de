// A message that this device cannot open: why, and what can be done about it. Never an empty bubble, never a guess.
import { Button } from "@mantine/core";
import { IconLockExclamation } from "@tabler/icons-react";
import type { OpenFailure } from "@trivium/client/seal";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./sealed.module.css";

/** What is worth asking for again: the others would come out the same. */
const ASKABLE: ReadonlySet<OpenFailure> = new Set<OpenFailure>(["noEnvelope", "keyChanged", "damaged"]);

interface Props {
  readonly reason: OpenFailure;
  /** Asks its author for it; absent for those who have no device or wrote it themselves. */
  readonly onAskAgain?: (() => Promise<boolean>) | undefined;
}

export function FailureBubble({ reason, onAskAgain }: Props) {
  const { t } = useTranslation("talk");
  const [asked, setAsked] = useState<"busy" | "asked">();
  const ask = async () => {
    setAsked("busy");
    setAsked((await onAskAgain?.()) === true ? "asked" : undefined);
  };
  return (
    <div className={classes.failure} data-grave={reason === "badSignature" || undefined}>
      <IconLockExclamation size={20} aria-hidden />
      <div>
        <b>{t(`sealed.failed.${reason}.title`)}</b>
        <p>{t(`sealed.failed.${reason}.text`)}</p>
        {onAskAgain !== undefined &&
          ASKABLE.has(reason) &&
          (asked === "asked" ? (
            <p role="status">{t("sealed.asked")}</p>
          ) : (
            <Button size="compact-sm" variant="default" loading={asked === "busy"} onClick={() => void ask()}>
              {t("sealed.ask")}
            </Button>
          ))}
      </div>
    </div>
  );
}
