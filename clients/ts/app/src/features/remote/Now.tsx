// What is on the projector now, in the size of a hand: question, progress, clock, and the solution once it is out.

import { QuestionKind, QuizPhase, type QuizState } from "@trivium/client/proto";
import { useTranslation } from "react-i18next";
import { FocusHeading } from "../../components/FocusHeading";
import { RichText } from "../../components/RichText";
import { BarTimer } from "../../components/Timer";
import { Chart } from "../host/answers/Chart";
import { playerCount, progressOf } from "../host/model/people";
import { pointsOf } from "../host/model/podium";
import { spreadOf } from "../host/model/spread";
import { openMs } from "../host/model/stage";
import { useGame } from "../host/room/useGame";
import classes from "./remote.module.css";

/** Rows of the ranking. */
const MAX_ROWS = 5;

/** The part that follows the game. */
export function Now() {
  const { t } = useTranslation(["remote", "host"]);
  const { quiz, stage, room } = useGame();
  const when = `${stage}-${quiz?.prompt?.index ?? ""}-${quiz?.paused ?? false}`;
  if (!quiz) {
    return (
      <FocusHeading when={when} className={classes.state}>
        {t("host:stage.empty")}
      </FocusHeading>
    );
  }
  return (
    <>
      <p className={classes.where}>
        {quiz.prompt && quiz.phase <= QuizPhase.LEADERBOARD
          ? t("host:stage.question", { n: quiz.prompt.index + 1, count: quiz.prompt.count })
          : t("host:lobby.players", { count: playerCount(room) })}
      </p>
      <FocusHeading when={when} className={classes.state}>
        {quiz.paused ? t("host:stage.paused") : t(`stage.${stage}`)}
      </FocusHeading>
      {quiz.prompt && quiz.phase <= QuizPhase.REVEALED && (
        <div className={classes.stem}>
          <RichText text={quiz.prompt.text} inline />
        </div>
      )}
      <Detail quiz={quiz} />
    </>
  );
}

function Detail({ quiz }: { quiz: QuizState }) {
  const { stage } = useGame();
  if (stage === "question" || stage === "timeUp") return <Answering quiz={quiz} open={stage === "question"} />;
  if (stage === "reveal") return <Solved quiz={quiz} />;
  if (stage === "leaderboard" || stage === "podium") return <Ranking quiz={quiz} />;
  return null;
}

function Answering({ quiz, open }: { quiz: QuizState; open: boolean }) {
  const { t } = useTranslation("host");
  const { room } = useGame();
  const { answered, expected, away } = progressOf(room);
  return (
    <>
      {open && (
        <BarTimer
          deadlineMs={quiz.closeTimeMs}
          totalMs={openMs(quiz)}
          heldMs={quiz.paused ? quiz.remainingMs : undefined}
        />
      )}
      <p className={classes.progress}>
        <span className="tabular">{t("stage.answered", { answered, expected })}</span>
        {away > 0 && <> · {t("stage.away", { count: away })}</>}
      </p>
    </>
  );
}

function Solved({ quiz }: { quiz: QuizState }) {
  const { t, i18n } = useTranslation("host");
  const reveal = quiz.reveal;
  if (!reveal) return null;
  const kind = quiz.prompt?.kind ?? QuestionKind.UNSPECIFIED;
  const spread = spreadOf(kind, quiz.form, reveal, { yes: t("stage.true"), no: t("stage.false") });
  const { answered = 0, correct = 0 } = reveal.distribution ?? {};
  const number = (value: number) => value.toLocaleString(i18n.language);
  const words =
    kind === QuestionKind.TEXT_ENTRY
      ? reveal.solution?.accepted[0]
      : kind === QuestionKind.NUMBER_ENTRY && reveal.solution
        ? number(reveal.solution.numberMin)
        : kind === QuestionKind.RANGE_ENTRY && reveal.solution
          ? t("reveal.solutionRange", {
              from: number(reveal.solution.numberMin),
              to: number(reveal.solution.numberMax),
            })
          : undefined;
  return (
    <>
      <p className={classes.progress}>
        {reveal.solution
          ? t("reveal.correctCount", { correct, answered })
          : t("reveal.answeredCount", { count: answered })}
      </p>
      {words !== undefined && <p className={classes.solution}>✓ {words}</p>}
      {spread && <Chart spread={spread} />}
    </>
  );
}

function Ranking({ quiz }: { quiz: QuizState }) {
  const { i18n } = useTranslation("host");
  return (
    <ol className={classes.ranking}>
      {quiz.standings.slice(0, MAX_ROWS).map((standing) => (
        <li key={standing.userId}>
          <b>{standing.rank}</b>
          <bdi>{standing.name}</bdi>
          <span className="tabular">{pointsOf(standing, i18n.language)}</span>
        </li>
      ))}
    </ol>
  );
}
