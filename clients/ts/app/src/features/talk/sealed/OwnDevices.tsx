// This device and the others of the account, for pages that show them by themselves. Loaded with the algorithms.
import { useSealing } from "@trivium/client/seal/react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Devices } from "./Devices";
import { deviceName } from "./device-name";
import { SealingStatus } from "./SealingStatus";
import classes from "./sealed.module.css";

export default function OwnDevices() {
  const { t } = useTranslation("talk");
  const { userId } = useSealing(useMemo(() => ({ deviceName: deviceName() }), []));
  return (
    <section aria-label={t("sealed.ownDevices")}>
      <h3 className={classes.smallHead}>{t("sealed.ownDevices")}</h3>
      <SealingStatus />
      <Devices userId={userId} />
    </section>
  );
}
