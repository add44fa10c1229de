// Time stands still.
import { IconPlayerPause } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { showSeconds } from "../model/numbers";
import classes from "./Paused.module.css";

/** Stands above the screen of the state, which stays readable. */
export function Paused({ remainingMs }: { remainingMs: number }) {
  const { t } = useTranslation("player");
  return (
    <div className={classes.paused} role="status">
      <IconPlayerPause size={32} aria-hidden />
      <span>
        <strong>{t("paused.title")}</strong>
        <small>{remainingMs > 0 ? t("paused.left", { seconds: showSeconds(remainingMs, 0) }) : t("paused.text")}</small>
      </span>
    </div>
  );
}
