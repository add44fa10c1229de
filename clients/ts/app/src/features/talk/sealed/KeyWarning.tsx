// Somebody's keys have changed. It is said before the next word is written, and stays until it is acknowledged.
import { Button } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import classes from "./sealed.module.css";

/** What has changed. */
export interface KeyWarningProps {
  readonly name: string;
  readonly own: boolean;
  /** `rewritten` is a log that does not go on from what was known: the gravest of all. */
  readonly kind: "new-device" | "revoked" | "rotated" | "rewritten";
  /** What the device is called, as far as there is one. */
  readonly device: string;
  onAcknowledge(): void;
}

export function KeyWarning({ name, own, kind, device, onAcknowledge }: KeyWarningProps) {
  const { t } = useTranslation("talk");
  const whose = own ? "own" : "other";
  return (
    <div className={classes.warning} role="alert" data-grave={kind === "rewritten" || undefined}>
      <IconAlertTriangle size={24} aria-hidden />
      <div>
        <b>{t(`sealed.change.${kind}.${whose}`, { name, device })}</b>
        <p>{t(`sealed.change.${kind}.hint`, { name })}</p>
        <Button size="compact-md" onClick={onAcknowledge}>
          {t(kind === "rewritten" ? "sealed.acceptAnyway" : "sealed.understood")}
        </Button>
      </div>
    </div>
  );
}
