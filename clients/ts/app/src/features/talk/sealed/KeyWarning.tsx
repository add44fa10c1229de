// Somebody's keys have changed. It is said before the next word is written, and stays until it is acknowledged.
import { Button } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { KeyChange } from "@trivium/client/proto";
import type { KnownUser } from "@trivium/client/seal";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { worked } from "../model/commands";
import classes from "./sealed.module.css";

const KEYS = {
  [KeyChange.UNSPECIFIED]: "rotated",
  [KeyChange.REGISTERED]: "new-device",
  [KeyChange.ROTATED]: "rotated",
  [KeyChange.REVOKED]: "revoked",
} as const;

interface Props {
  readonly user: Pick<KnownUser, "rewritten" | "changes">;
  readonly name: string;
  /** Whether it is the reader's own account. */
  readonly own: boolean;
  onAccept(): Promise<void>;
}

export function KeyWarning({ user, name, own, onAccept }: Props) {
  const { t } = useTranslation("talk");
  const [busy, setBusy] = useState(false);
  const whose = own ? "own" : "other";
  const kinds = user.rewritten
    ? (["rewritten"] as const)
    : [...new Set(user.changes.map(({ change }) => KEYS[change]))];
  const accept = async () => {
    setBusy(true);
    await worked(onAccept());
    setBusy(false);
  };
  return (
    <div className={classes.warning} role="alert" data-grave={user.rewritten || undefined}>
      <IconAlertTriangle size={24} aria-hidden />
      <div>
        {user.rewritten && <b>{t(`sealed.change.rewritten.${whose}`, { name })}</b>}
        {!user.rewritten &&
          user.changes.map(({ seq, change, name: device, deviceId }) => (
            <b key={String(seq)} className={classes.change}>
              {t(`sealed.change.${KEYS[change]}.${whose}`, { name, device: device || deviceId.slice(0, 8) })}
            </b>
          ))}
        {kinds.map((kind) => (
          <p key={kind}>{t(`sealed.change.${kind}.hint`)}</p>
        ))}
        <Button size="compact-md" loading={busy} onClick={() => void accept()}>
          {t(user.rewritten ? "sealed.acceptAnyway" : "sealed.understood")}
        </Button>
      </div>
    </div>
  );
}
