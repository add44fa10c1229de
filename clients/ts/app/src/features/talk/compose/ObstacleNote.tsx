// Why nothing can be written just now, in words that say what to do.
import { IconLock } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { momentOf, sameDay, timeOf } from "../model/format";
import type { Obstacle } from "../model/obstacle";
import classes from "./compose.module.css";

export function ObstacleNote({ obstacle }: { obstacle: Obstacle }) {
  const { t, i18n } = useTranslation("talk");
  const until = (ms: number) =>
    sameDay(new Date(ms), new Date()) ? timeOf(ms, i18n.language) : momentOf(ms, i18n.language);
  return (
    <p className={classes.obstacle} role="status">
      <IconLock size={18} aria-hidden />
      <span>
        {obstacle.kind !== "muted"
          ? t(`obstacle.${obstacle.kind}`)
          : obstacle.untilMs === 0
            ? t("obstacle.muted")
            : t("obstacle.mutedUntil", { time: until(obstacle.untilMs) })}
        {obstacle.kind === "muted" && obstacle.reason !== "" && (
          <>
            {" "}
            <q>{obstacle.reason}</q>
          </>
        )}
      </span>
    </p>
  );
}
