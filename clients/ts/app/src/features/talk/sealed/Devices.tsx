// The devices of somebody; those of one's own account can be taken out.
import { Button } from "@mantine/core";
import { useSealing } from "@trivium/client/seal/react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { worked } from "../model/commands";
import { momentOf } from "../model/format";
import classes from "./sealed.module.css";

export function Devices({ userId }: { userId: string }) {
  const { t, i18n } = useTranslation("talk");
  const { users, userId: ownId, deviceId, revoke } = useSealing();
  const [busy, setBusy] = useState<string>();
  const take = async (id: string) => {
    setBusy(id);
    await worked(revoke(id));
    setBusy(undefined);
  };
  return (
    <ul className={classes.devices}>
      {(users.get(userId)?.devices ?? []).map((device) => (
        <li key={device.deviceId}>
          <span>
            <b>
              <bdi>{device.name || device.deviceId.slice(0, 8)}</bdi>
            </b>
            {device.deviceId === deviceId && ` (${t("sealed.thisDevice")})`}
            <span className={classes.hint}>
              {t("sealed.since", { time: momentOf(device.registerTimeMs, i18n.language) })}
            </span>
          </span>
          {userId === ownId && (
            <Button
              size="compact-sm"
              variant="default"
              loading={busy === device.deviceId}
              aria-label={t("sealed.revokeDevice", { device: device.name || device.deviceId.slice(0, 8) })}
              onClick={() => void take(device.deviceId)}
            >
              {t("sealed.revoke")}
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}
