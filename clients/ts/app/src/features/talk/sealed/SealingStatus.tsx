// Why nothing can be sealed on this device just now, and what can be done about it.
import { Button } from "@mantine/core";
import { useSealing } from "@trivium/client/seal/react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { sentenceFor } from "../../../lib/failure";
import { worked } from "../model/commands";
import classes from "./sealed.module.css";

export function SealingStatus() {
  const { t } = useTranslation("talk");
  const { status, error, begin, renew } = useSealing();
  const [busy, setBusy] = useState(false);
  const run = async (act: () => Promise<void>) => {
    setBusy(true);
    await worked(act());
    setBusy(false);
  };
  switch (status) {
    case "ready":
      return null;
    case "opening":
      return <p className={classes.hint}>{t("sealed.opening")}</p>;
    case "unsupported":
      return (
        <p className={classes.request} role="status">
          {t("sealed.unsupported")}
        </p>
      );
    case "revoked":
      return (
        <div className={classes.request} role="status">
          <p>{t("sealed.wasRevoked")}</p>
          <Button size="compact-md" loading={busy} onClick={() => void run(renew)}>
            {t("sealed.renew")}
          </Button>
        </div>
      );
    case "failed":
      return (
        <div className={classes.request} role="status">
          <p>{error === undefined ? "" : sentenceFor(error, "talk")}</p>
          <Button size="compact-md" loading={busy} onClick={() => void run(begin)}>
            {t("send.retry")}
          </Button>
        </div>
      );
  }
}
