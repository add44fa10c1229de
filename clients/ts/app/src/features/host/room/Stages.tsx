// Chooses the screen for the stage, and lays the pause over it.

import { IconPlayerPause } from "@tabler/icons-react";
import { reason } from "@trivium/client";
import { QuizService } from "@trivium/client/proto";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { FocusHeading } from "../../../components/FocusHeading";
import { PageLoading } from "../../../components/PageLoading";
import { Lobby } from "../lobby/Lobby";
import { isLive } from "../model/stage";
import { QuizPicker } from "../setup/QuizPicker";
import { Countdown } from "../stages/Countdown";
import { Leaderboard } from "../stages/Leaderboard";
import { Podium } from "../stages/Podium";
import { Question } from "../stages/Question";
import { Read } from "../stages/Read";
import { Reveal } from "../stages/Reveal";
import { StageFrame } from "../stages/StageFrame";
import stage from "../stages/stage.module.css";
import { sentence } from "./failure";
import classes from "./room.module.css";
import { useGame } from "./useGame";

interface Props {
  readonly onMember: (userId: string) => void;
  /** Whether another quiz is being picked after the end. */
  readonly picking: boolean;
  readonly onPicking: (picking: boolean) => void;
}

/** The screen, with the pause over it. */
export function Stages(props: Props) {
  const { quiz, stage: name } = useGame();
  return (
    <>
      <Screen {...props} />
      {quiz?.paused && <Paused live={isLive(name)} />}
    </>
  );
}

function Screen({ onMember, picking, onPicking }: Props) {
  const { stage: name, hosts } = useGame();
  switch (name) {
    case "loading":
      return <PageLoading />;
    case "closed":
      return <Closed />;
    case "empty":
      return hosts ? <Pick onDone={() => onPicking(false)} /> : <Empty />;
    case "lobby":
      return <Lobby onMember={onMember} />;
    case "countdown":
      return <Countdown />;
    case "read":
      return <Read />;
    case "question":
      return <Question closed={false} />;
    case "timeUp":
      return <Question closed />;
    case "reveal":
      return <Reveal />;
    case "leaderboard":
      return <Leaderboard />;
    case "podium":
      return picking ? <Pick onDone={() => onPicking(false)} /> : <Podium onNewQuiz={() => onPicking(true)} />;
  }
}

function Paused({ live }: { live: boolean }) {
  const { t } = useTranslation("host");
  const { quiz } = useGame();
  const seconds = Math.ceil((quiz?.remainingMs ?? 0) / 1000);
  return (
    <div className={classes.paused}>
      <div className={classes.pausedCard}>
        <IconPlayerPause size="3em" stroke={1.8} aria-hidden />
        <FocusHeading when="paused">{t("stage.paused")}</FocusHeading>
        <p>{t("stage.pausedHint")}</p>
        {live && seconds > 0 && <p className="tabular">{t("stage.pausedLeft", { seconds })}</p>}
      </div>
    </div>
  );
}

function Closed() {
  const { t } = useTranslation("host");
  const { room, roomId } = useGame();
  const why = room.error === undefined ? undefined : reason(room.error);
  const known = why === undefined || why === "ROOM_CLOSED";
  return (
    <StageFrame>
      <div className={stage.center}>
        <FocusHeading when="closed" className={stage.lead}>
          {known ? t("stage.closed") : t("stage.removed")}
        </FocusHeading>
        <p className={stage.startsIn}>{known ? t("stage.closedHint") : sentence(room.error)}</p>
        <p className={classes.links}>
          <Link href={`/results/${roomId}`}>{t("podium.results")}</Link>
          <Link href="/host">{t("setup.heading")}</Link>
        </p>
      </div>
    </StageFrame>
  );
}

function Empty() {
  const { t } = useTranslation("host");
  return (
    <StageFrame>
      <div className={stage.center}>
        <FocusHeading when="empty" className={stage.lead}>
          {t("stage.empty")}
        </FocusHeading>
      </div>
    </StageFrame>
  );
}

/** Puts a quiz into a room that has none, or another one after the end. */
function Pick({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation("host");
  const { session, roomId, run } = useGame();
  return (
    <StageFrame scroll>
      <FocusHeading when="pick">{t("stage.emptyHint")}</FocusHeading>
      <QuizPicker
        chosen={undefined}
        onChoose={async (quiz) => {
          if (await run(() => session.client(QuizService).loadQuiz({ roomId, quizId: quiz.id }))) onDone();
        }}
      />
    </StageFrame>
  );
}
