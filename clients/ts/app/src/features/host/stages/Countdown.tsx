// Three, two, one: the same digit on every screen at the same instant.

import { useCountdown } from "@trivium/client/react";
import { motion } from "motion/react";
import { useTranslation } from "react-i18next";
import { FocusHeading } from "../../../components/FocusHeading";
import { useGame } from "../room/useGame";
import { StageFrame } from "./StageFrame";
import classes from "./stage.module.css";

/** The screen. */
export function Countdown() {
  const { t } = useTranslation("host");
  const { quiz } = useGame();
  const left = useCountdown(quiz?.phaseEndTimeMs, { heldMs: quiz?.paused ? quiz.remainingMs : undefined });
  if (!quiz) return null;
  return (
    <StageFrame>
      <div className={classes.center}>
        <FocusHeading when="countdown" className={classes.lead}>
          {quiz.title}
        </FocusHeading>
        <p className={classes.startsIn}>{t("stage.startsIn")}</p>
        <div className={classes.digitBox} role="timer" aria-live="off">
          <motion.span
            key={left}
            className={classes.bigDigit}
            initial={{ scale: 1.5, opacity: 0 }}
            animate={{ scale: 1, opacity: 1 }}
            transition={{ duration: 0.3 }}
          >
            {Math.max(1, left ?? 1)}
          </motion.span>
        </div>
        <p className={classes.startsIn}>{t("stage.question", { n: 1, count: quiz.questionCount })}</p>
      </div>
    </StageFrame>
  );
}
