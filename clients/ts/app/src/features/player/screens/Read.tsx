// The read phase: the stem is out, the options are not yet.
import type { QuizView } from "@trivium/client";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { kindKey } from "../../../lib/kinds";
import { useSound } from "../../../lib/sound";
import { preloadAnswer } from "../answers/AnswerInput";
import classes from "./Read.module.css";
import { Stem } from "./Stem";

export function Read({ roomId, quiz }: { roomId: string; quiz: QuizView }) {
  const { t } = useTranslation("player");
  useSound();
  const { prompt } = quiz.state;
  const kind = prompt?.kind;
  useEffect(() => {
    if (kind !== undefined) preloadAnswer(kind);
  }, [kind]);
  if (prompt === undefined) return null;
  return (
    <>
      <Stem roomId={roomId} prompt={prompt} />
      <div className={classes.ready}>
        <span className={classes.shapes} aria-hidden="true">
          <i />
          <i />
          <i />
        </span>
        <strong>{t(kindKey(prompt.kind))}</strong>
        <span>{prompt.points === 0 ? t("question.noPoints") : t("question.points", { count: prompt.points })}</span>
      </div>
    </>
  );
}
