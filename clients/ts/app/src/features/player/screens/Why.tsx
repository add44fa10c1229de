// "Why this score?": the times as the server measured them, and the formula with one's own numbers.
import type { QuizView } from "@trivium/client";
import type { PlayerResult, QuestionPrompt } from "@trivium/client/proto";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { showMoment, showNumber, showSeconds } from "../model/numbers";
import { type Formula, formulaOf } from "../model/why";
import classes from "./Reveal.module.css";

interface Props {
  result: PlayerResult;
  prompt: QuestionPrompt;
  quiz: QuizView;
}

export function Why({ result, prompt, quiz }: Props) {
  const { t } = useTranslation("player");
  const { state } = quiz;
  const answered = result.answer !== undefined;
  const lines = [
    state.openTimeMs > 0n && t("why.opened", { time: showMoment(state.openTimeMs) }),
    result.receiveTimeMs > 0n && t("why.received", { time: showMoment(result.receiveTimeMs) }),
    answered && t("why.response", { seconds: showSeconds(result.responseMs, 3) }),
    result.creditMs > 0 && t("why.credit", { ms: result.creditMs }),
    result.timeLimitMs > 0 ? t("why.limit", { seconds: showSeconds(result.timeLimitMs, 0) }) : t("why.untimed"),
    ...sentences(t, formulaOf(result, prompt, state.settings)),
    result.streakBonus > 0 && t("why.streak", { streak: result.streak, points: showNumber(result.streakBonus) }),
  ].filter((line) => line !== false);
  return (
    <details className={classes.card}>
      <summary>{t("reveal.why")}</summary>
      <ul className={classes.why}>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </details>
  );
}

function sentences(t: TFunction<"player">, formula: Formula): string[] {
  switch (formula.kind) {
    case "nothing":
      return [t("why.nothing")];
    case "opinion":
      return [t("why.opinion")];
    case "noSpeed":
      return [t("why.noSpeed")];
    case "linear": {
      const numbers = {
        points: showNumber(formula.points),
        part: showNumber(formula.part, 2),
        weight: showNumber(formula.weight, 3),
        late: showSeconds(formula.lateMs, 3),
        span: showSeconds(formula.spanMs, 1),
        result: showNumber(formula.result),
      };
      return [t(formula.part === 1 ? "why.linearFull" : "why.linear", numbers), t("why.linearNote")];
    }
    case "kahoot":
      return [
        t("why.kahoot", {
          points: showNumber(formula.points),
          late: showSeconds(formula.lateMs, 3),
          limit: showSeconds(formula.limitMs, 1),
          result: showNumber(formula.result),
        }),
      ];
  }
}
