// The results on paper: ranking first, then each question with its spread, none torn apart by the end of a page.
import { useTranslation } from "react-i18next";
import type { Game } from "../model/results";
import { showDate } from "../model/text";
import { QuestionFacts } from "./Questions";
import { Ranking } from "./Ranking";
import classes from "./results.module.css";
import "./paper.css";

export function Paper({ game }: { game: Game }) {
  const { t } = useTranslation("results");
  const { data } = game;
  const opened = data.questions[0]?.openTimeMs;
  return (
    <main className={classes.paper}>
      <h1>{data.title || t("untitled")}</h1>
      <p className={classes.note}>
        {t("facts.players", { count: game.players.length })} ·{" "}
        {t("facts.questions", { n: data.questions.length, count: data.questionCount })}
        {opened !== undefined && ` · ${showDate(opened)}`}
      </p>
      <Ranking game={game} all />
      <ol className={classes.questions}>
        {data.questions.map((question) => (
          <li key={question.prompt?.index} className={classes.sheet}>
            <QuestionFacts question={question} game={game} />
          </li>
        ))}
      </ol>
    </main>
  );
}
