// A message that this device cannot open: why, and what can be done about it. Never an empty bubble, never a guess.
import { Button } from "@mantine/core";
import { IconLockExclamation } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./sealed.module.css";

/** Why a sealed message shows no text; the first four are worth asking for again. */
export type SealFailure =
  | "no-envelope"
  | "key-changed"
  | "damaged"
  | "unknown-device"
  | "bad-signature"
  | "replayed"
  | "no-device";

const ASKABLE: ReadonlySet<SealFailure> = new Set(["no-envelope", "key-changed", "damaged"]);

interface Props {
  readonly reason: SealFailure;
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
    <div className={classes.failure} data-grave={reason === "bad-signature" || undefined}>
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
