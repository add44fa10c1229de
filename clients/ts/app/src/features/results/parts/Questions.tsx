// Question by question: how hard, how the answers were spread, who answered what, how evenly the screens opened.
import { Button, Switch } from "@mantine/core";
import type { PlayerResult, QuestionResults } from "@trivium/client/proto";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { RichText } from "../../../components/RichText";
import { kindKey } from "../../../lib/kinds";
import { ease, type Game, hardestFirst, meanResponse } from "../model/results";
import { answerText, showNumber, showPercent, showSeconds } from "../model/text";
import { DataTable } from "./DataTable";
import classes from "./results.module.css";
import { Spread } from "./Spread";
import { VerdictMark } from "./Verdict";

interface Props {
  readonly game: Game;
  /** Opens "why this score" for an answer. */
  readonly onWhy: (userId: string, index: number) => void;
}

export function Questions({ game, onWhy }: Props) {
  const { t } = useTranslation("results");
  const [hard, setHard] = useState(false);
  const questions = hard ? hardestFirst(game.data.questions) : game.data.questions;
  return (
    <div className={classes.stack}>
      <Switch
        size="md"
        label={t("question.hardest")}
        checked={hard}
        onChange={(event) => setHard(event.currentTarget.checked)}
      />
      <ol className={classes.questions}>
        {questions.map((question) => (
          <li key={question.prompt?.index}>
            <QuestionCard question={question} game={game} onWhy={onWhy} />
          </li>
        ))}
      </ol>
    </div>
  );
}

function QuestionCard({ question, game, onWhy }: Props & { question: QuestionResults }) {
  const { t } = useTranslation("results");
  const [open, setOpen] = useState(false);
  const index = question.prompt?.index ?? 0;
  return (
    <article className={classes.card} aria-labelledby={`question-${index}`}>
      <QuestionFacts question={question} game={game} />
      {question.results.length > 0 && game.own === undefined && (
        <Button variant="default" aria-expanded={open} onClick={() => setOpen(!open)} className={classes.screenOnly}>
          {t(open ? "question.hideAnswers" : "question.showAnswers", { count: question.results.length })}
        </Button>
      )}
      {open && <Answers question={question} game={game} onWhy={onWhy} />}
      {game.own !== undefined && question.results[0] !== undefined && (
        <p className={classes.own}>
          <span>{t("question.yours", { answer: answerText(t, question.results[0].answer, question.form) })}</span>
          <VerdictMark verdict={question.results[0].verdict} />
          <Button variant="default" size="sm" onClick={() => onWhy(game.own?.userId ?? "", index)}>
            {t("why.open")}
          </Button>
        </p>
      )}
    </article>
  );
}

/** What paper holds as well. */
export function QuestionFacts({ question, game }: { question: QuestionResults; game: Game }) {
  const { t } = useTranslation("results");
  const { prompt, distribution, screens } = question;
  const index = prompt?.index ?? 0;
  const share = ease(question);
  const mean = game.own === undefined ? meanResponse(question.results) : undefined;
  const fastest = question.fastestUserId === "" ? undefined : game.playerById.get(question.fastestUserId);
  const fastestMs = question.results.find(({ userId }) => userId === question.fastestUserId)?.responseMs;
  const facts = [
    t(kindKey(prompt?.kind)),
    prompt !== undefined && prompt.points > 0 && t("question.worth", { points: showNumber(prompt.points) }),
    t("question.answered", { count: distribution?.answered ?? 0 }),
    share !== undefined && t("question.right", { share: showPercent(share) }),
    mean !== undefined && t("question.mean", { seconds: showSeconds(mean) }),
    fastest !== undefined &&
      (fastestMs === undefined
        ? t("question.fastestName", { name: fastest.name })
        : t("question.fastest", { name: fastest.name, seconds: showSeconds(fastestMs) })),
    screens !== undefined &&
      screens.screens > 0 &&
      t("question.screens", { count: screens.screens, spread: screens.spreadMs, error: screens.errorMs }),
  ].filter((fact) => fact !== false && fact !== undefined);
  return (
    <>
      <p className={classes.number}>{t("question.number", { n: index + 1, count: game.data.questionCount })}</p>
      <h2 id={`question-${index}`} className={classes.stem}>
        <RichText text={prompt?.text ?? ""} inline />
      </h2>
      {prompt !== undefined && prompt.mediaUrl !== "" && (
        <img className={classes.media} src={prompt.mediaUrl} alt={prompt.mediaAlt} loading="lazy" />
      )}
      <ul className={classes.facts}>
        {facts.map((fact) => (
          <li key={fact}>{fact}</li>
        ))}
      </ul>
      <Spread question={question} />
      {question.explanation !== "" && (
        <div className={classes.explanation}>
          <RichText text={question.explanation} />
        </div>
      )}
    </>
  );
}

function Answers({ question, game, onWhy }: Props & { question: QuestionResults }) {
  const { t } = useTranslation("results");
  const index = question.prompt?.index ?? 0;
  const name = ({ userId }: PlayerResult) => game.playerById.get(userId)?.name ?? "";
  return (
    <DataTable
      caption={t("question.answersTo", { n: index + 1 })}
      rows={question.results}
      keyOf={({ userId }) => userId}
      columns={[
        { key: "name", header: t("column.player"), width: "11rem", heads: true, cell: (row) => <bdi>{name(row)}</bdi> },
        {
          key: "answer",
          header: t("column.answer"),
          width: "14rem",
          cell: (row) => {
            const text = answerText(t, row.answer, question.form);
            return <bdi title={text}>{text}</bdi>;
          },
        },
        {
          key: "verdict",
          header: t("column.verdict"),
          width: "9rem",
          cell: (row) => <VerdictMark verdict={row.verdict} />,
        },
        {
          key: "time",
          header: t("column.time"),
          width: "6rem",
          numeric: true,
          cell: (row) => (row.answer === undefined ? "–" : t("seconds", { value: showSeconds(row.responseMs) })),
        },
        {
          key: "points",
          header: t("column.points"),
          width: "6rem",
          numeric: true,
          cell: (row) => showNumber(row.points + row.streakBonus),
        },
        {
          key: "why",
          header: <span className="visually-hidden">{t("why.open")}</span>,
          width: "6rem",
          cell: (row) => (
            <Button
              variant="subtle"
              size="compact-md"
              aria-label={t("why.openFor", { name: name(row), n: index + 1 })}
              onClick={() => onWhy(row.userId, index)}
            >
              {t("why.short")}
            </Button>
          ),
        },
      ]}
    />
  );
}
