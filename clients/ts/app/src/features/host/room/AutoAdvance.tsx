// When the game goes on by itself: a visible countdown, which a pause holds.

import { QuizPhase } from "@trivium/client/proto";
import { useCountdown } from "@trivium/client/react";
import { useTranslation } from "react-i18next";
import classes from "./room.module.css";
import { useGame } from "./useGame";

/** The countdown; nothing where the game waits for the host, or where the stage has a clock of its own. */
export function AutoAdvance() {
  const { t } = useTranslation("host");
  const { quiz } = useGame();
  const ends =
    quiz?.autoAdvance && quiz.phase >= QuizPhase.CLOSED && quiz.phase <= QuizPhase.LEADERBOARD
      ? quiz.phaseEndTimeMs
      : undefined;
  const left = useCountdown(ends, { heldMs: quiz?.paused ? quiz.remainingMs : undefined });
  if (left === undefined) return null;
  return <span className={classes.auto}>{t("stage.autoAdvance", { seconds: left })}</span>;
}
