// The read phase: the stem and its picture, and a slim bar until the answers open.

import { useCountdown } from "@trivium/client/react";
import { useTranslation } from "react-i18next";
import { useGame } from "../room/useGame";
import { QuestionHead } from "./QuestionHead";
import { StageFrame } from "./StageFrame";
import { StemHeading, StemImage } from "./Stem";
import classes from "./stage.module.css";

/** Steps of the bar. */
const STEP_MS = 100;

/** The screen. */
export function Read() {
  const { t } = useTranslation("host");
  const { quiz } = useGame();
  if (!quiz?.prompt) return null;
  return (
    <StageFrame>
      <QuestionHead prompt={quiz.prompt} />
      <div className={classes.readBody} data-media={quiz.prompt.mediaUrl !== "" || undefined}>
        <StemHeading prompt={quiz.prompt} when="read" />
        <StemImage prompt={quiz.prompt} />
      </div>
      <div className={classes.readFoot}>
        <p>{t("stage.optionsSoon")}</p>
        <ReadBar />
      </div>
    </StageFrame>
  );
}

function ReadBar() {
  const { quiz } = useGame();
  const end = quiz?.phaseEndTimeMs;
  const left = useCountdown(end, { stepMs: STEP_MS, heldMs: quiz?.paused ? quiz.remainingMs : undefined });
  // The span is not on the wire; a bar that starts full at the quiz's usual read time is close enough.
  const total = (quiz?.settings?.readMs || 3000) / STEP_MS;
  const part = left === undefined ? 0 : Math.min(1, left / total);
  return (
    <div className={classes.readBar} aria-hidden="true">
      <span style={{ transform: `scaleX(${part})` }} />
    </div>
  );
}
