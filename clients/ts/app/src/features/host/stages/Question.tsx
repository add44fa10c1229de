// An open question: stem, options, the clock, and who is still answering. Stays as it is when time is up, with a word about it.

import { useTranslation } from "react-i18next";
import { Avatar } from "../../../components/Avatar";
import { RingTimer, TimerSpeech } from "../../../components/Timer";
import { AnswerView } from "../answers/AnswerView";
import { progressOf } from "../model/people";
import { openMs } from "../model/stage";
import { useGame } from "../room/useGame";
import { QuestionHead } from "./QuestionHead";
import { StageFrame } from "./StageFrame";
import { StemHeading, StemImage } from "./Stem";
import classes from "./stage.module.css";

/** Most faces of those who are still answering. */
const MAX_FACES = 14;

/** The screen; `closed` once answering is over. */
export function Question({ closed }: { closed: boolean }) {
  const { t } = useTranslation("host");
  const { quiz, room } = useGame();
  if (!quiz?.prompt) return null;
  const { prompt } = quiz;
  const { answered, expected } = progressOf(room);
  const timer = {
    deadlineMs: closed ? undefined : quiz.closeTimeMs,
    totalMs: openMs(quiz),
    heldMs: quiz.paused ? quiz.remainingMs : undefined,
  };
  const over = expected > 0 && answered >= expected ? t("stage.timeUpEarly") : t("stage.timeUp");
  return (
    <StageFrame>
      <QuestionHead prompt={prompt} end={<Answered />} />
      <div className={classes.questionTop} data-media={prompt.mediaUrl !== "" || undefined}>
        <StemHeading prompt={prompt} when={closed ? "closed" : "open"} />
        <StemImage prompt={prompt} />
        <div className={classes.clock}>
          {closed ? (
            <p className={classes.timeUp} role="status">
              {over}
            </p>
          ) : (
            <>
              <RingTimer {...timer} size="var(--clock)" />
              <TimerSpeech {...timer} />
            </>
          )}
        </div>
      </div>
      <AnswerView prompt={prompt} form={quiz.form} />
      <StillAnswering closed={closed} />
    </StageFrame>
  );
}

function Answered() {
  const { t } = useTranslation("host");
  const { room } = useGame();
  const { answered, expected, away } = progressOf(room);
  return (
    <p className={classes.answered}>
      <span className="tabular">{t("stage.answered", { answered, expected })}</span>
      {away > 0 && <span className={classes.away}> · {t("stage.away", { count: away })}</span>}
    </p>
  );
}

/** Keeps its height while it is empty, so that nothing moves when the last one has answered. */
function StillAnswering({ closed }: { closed: boolean }) {
  const { t } = useTranslation("host");
  const { room } = useGame();
  const { waiting } = progressOf(room);
  const shown = closed ? [] : waiting.slice(0, MAX_FACES);
  return (
    <div className={classes.waiting}>
      {shown.length > 0 && (
        <>
          <span id="still-answering" className={classes.waitingWord}>
            {t("stage.stillAnswering")}
          </span>
          <ul aria-labelledby="still-answering">
            {shown.map((member) => (
              <li key={member.userId}>
                <Avatar seed={member.avatar || member.userId} size={48} name={member.nickname} />
              </li>
            ))}
          </ul>
          {waiting.length > shown.length && (
            <span className={classes.waitingWord}>{t("stage.more", { count: waiting.length - shown.length })}</span>
          )}
        </>
      )}
    </div>
  );
}
