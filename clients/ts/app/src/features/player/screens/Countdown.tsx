// Three, two, one: the same digit at the same instant on every screen.
import type { QuizView } from "@trivium/client";
import { useCountdown } from "@trivium/client/react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { FocusHeading } from "../../../components/FocusHeading";
import { useSound } from "../../../lib/sound";
import classes from "./Countdown.module.css";

export function Countdown({ quiz }: { quiz: QuizView }) {
  const { t } = useTranslation("player");
  const { play } = useSound();
  const { state } = quiz;
  const left = useCountdown(state.phaseEndTimeMs, { heldMs: state.paused ? state.remainingMs : undefined });
  useEffect(() => {
    if (left !== undefined && left <= 3) play(left === 0 ? "accent" : "tick");
  }, [left, play]);
  return (
    <div className={classes.countdown}>
      <FocusHeading className={classes.title}>{t("countdown.title")}</FocusHeading>
      <div className={classes.digit} role="timer" aria-live="off" key={left}>
        {left === 0 ? t("countdown.go") : left}
      </div>
      <p className={classes.quiz}>
        {state.title}
        <br />
        {t("countdown.questions", { count: state.questionCount })}
      </p>
    </div>
  );
}
