// The quiz of the open room, small: where it stands, and the pages on which it is played.
import { Progress, Select } from "@mantine/core";
import { IconDeviceGamepad2 } from "@tabler/icons-react";
import { QuizPhase, QuizService, type QuizState, type QuizSummary, Role } from "@trivium/client/proto";
import { useRoom, useSession } from "@trivium/client/react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { RichText } from "../../../components/RichText";
import { notifyError } from "../../../lib/notify";
import { useOpenRoom } from "../model/open-room";
import type { Panel, PanelProps } from "../model/panels";
import classes from "../parts/lists.module.css";

export const panel: Panel = {
  id: "quiz",
  place: "right",
  order: 20,
  title: "panel.quiz",
  Icon: IconDeviceGamepad2,
  Component: Quiz,
};

const PHASES = {
  [QuizPhase.UNSPECIFIED]: "phase.lobby",
  [QuizPhase.LOBBY]: "phase.lobby",
  [QuizPhase.STARTING]: "phase.starting",
  [QuizPhase.READING]: "phase.reading",
  [QuizPhase.OPEN]: "phase.open",
  [QuizPhase.CLOSED]: "phase.closed",
  [QuizPhase.REVEALED]: "phase.revealed",
  [QuizPhase.LEADERBOARD]: "phase.leaderboard",
  [QuizPhase.ENDED]: "phase.ended",
} as const;

function Quiz({ roomId }: PanelProps) {
  const { t } = useTranslation("demo");
  const { guest } = useOpenRoom();
  const { quiz, hosts, code } = useRoom(roomId, ({ quiz, me, room }) => ({
    quiz: quiz?.state,
    hosts: me?.role === Role.HOST || me?.role === Role.CO_HOST,
    code: room?.joinCode ?? "",
  }));
  return (
    <div className={classes.stack}>
      {quiz === undefined ? <p className={classes.hint}>{t("quiz.none")}</p> : <Standing quiz={quiz} />}
      {hosts && !guest && (quiz === undefined || quiz.phase === QuizPhase.ENDED) && <Load roomId={roomId} />}
      <p className={classes.links}>
        {hosts && !guest && <Link href={`/host/${roomId}`}>{t("quiz.host")}</Link>}
        {code !== "" && (
          <a href={`/play/${code}`} target="_blank" rel="noreferrer">
            {t("quiz.play")}
          </a>
        )}
        {quiz !== undefined && quiz.phase !== QuizPhase.LOBBY && (
          <Link href={`/results/${roomId}`}>{t("quiz.results")}</Link>
        )}
      </p>
    </div>
  );
}

function Standing({ quiz }: { quiz: QuizState }) {
  const { t } = useTranslation("demo");
  const { prompt, answeredCount, expectedCount } = quiz;
  return (
    <>
      <p className={classes.flat}>
        <b>
          <bdi>{quiz.title}</bdi>
        </b>
        <span className={classes.sub}>{t(quiz.paused ? "phase.paused" : PHASES[quiz.phase])}</span>
      </p>
      {prompt !== undefined && (
        <div>
          <span className={classes.sub}>{t("quiz.question", { n: prompt.index + 1, count: prompt.count })}</span>
          <RichText text={prompt.text} />
        </div>
      )}
      {quiz.phase === QuizPhase.OPEN && (
        <div>
          <span className={classes.sub}>{t("quiz.answered", { n: answeredCount, count: expectedCount })}</span>
          <Progress
            aria-label={t("quiz.progress")}
            value={expectedCount === 0 ? 0 : (100 * answeredCount) / expectedCount}
          />
        </div>
      )}
    </>
  );
}

/** Puts a written quiz into the room. */
function Load({ roomId }: { roomId: string }) {
  const { t } = useTranslation("demo");
  const quizzes = useSession().client(QuizService);
  const [written, setWritten] = useState<readonly QuizSummary[]>();
  useEffect(() => {
    let gone = false;
    quizzes.listQuizzes({}).then(
      (answer) => {
        if (!gone) setWritten(answer.quizzes);
      },
      // Without a list there still is the studio.
      () => {
        if (!gone) setWritten([]);
      },
    );
    return () => {
      gone = true;
    };
  }, [quizzes]);
  if (written === undefined) return null;
  if (written.length === 0) return <Link href="/studio">{t("quiz.write")}</Link>;
  return (
    <Select
      size="sm"
      label={t("quiz.load")}
      placeholder={t("quiz.pick")}
      value={null}
      data={written.map((quiz) => ({ value: quiz.id, label: quiz.title }))}
      onChange={(quizId) => quizId !== null && void quizzes.loadQuiz({ roomId, quizId }).catch(notifyError)}
    />
  );
}
