// The formula of an answer's points, in words and with its numbers, step by step.
import { type PlayerResult, type QuestionResults, Verdict } from "@trivium/client/proto";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { Explanation } from "../model/explain";
import type { Grade } from "../model/grade";
import { isAll, isNothing, REFLEX_MS, type Share } from "../model/score";
import { showNumber } from "../model/text";
import classes from "./results.module.css";

interface Props {
  readonly why: Explanation;
  readonly question: QuestionResults;
  readonly result: PlayerResult;
}

export function Formula({ why, question, result }: Props) {
  const { t } = useTranslation("results");
  if (result.verdict === Verdict.UNSCORED) return <p>{t("formula.opinion")}</p>;
  if (why.grade === undefined) return <p>{t("formula.noAnswer")}</p>;
  const possible = question.prompt?.points ?? 0;
  const { grade, scoring } = why;
  const [t0, limit] = [result.responseMs, result.timeLimitMs];
  const fast = limit > 0 && t0 >= REFLEX_MS && limit > REFLEX_MS;
  const late = Math.min(t0, limit);
  return (
    <div className={classes.formula}>
      <p>{shareText(t, grade)}</p>
      <p>{speedText(t, why, limit)}</p>
      <p className={classes.rule}>{t(scoring.kind === "kahoot" ? "formula.kahootRule" : "formula.linearRule")}</p>
      <p className={classes.math}>
        <var>P</var> × <Fraction of={grade.share} />
        {fast && scoring.kind === "linear" && (
          <>
            {" "}
            × (1 − {showNumber(scoring.permille / 1000, 3)} × ({late} − {REFLEX_MS}) / ({limit} − {REFLEX_MS}))
          </>
        )}
        {fast && scoring.kind === "kahoot" && (
          <>
            {" "}
            × (1 − {late} / (2 × {limit}))
          </>
        )}{" "}
        = {showNumber(possible)} × <Fraction of={grade.share} /> × <Fraction of={why.speed} /> ={" "}
        <b>{showNumber(why.points)}</b>
      </p>
      {result.streakBonus > 0 && (
        <p className={classes.math}>
          {t("formula.streak", { streak: result.streak })} min(100 × ({result.streak} − 1), 500) ={" "}
          <b>{showNumber(why.streakBonus)}</b>
        </p>
      )}
    </div>
  );
}

function Fraction({ of: { part, whole } }: { of: Share }) {
  return <>{part === whole ? "1" : part === 0n ? "0" : `${part}/${whole}`}</>;
}

type T = TFunction<"results">;

function shareText(t: T, { evidence, share, counted }: Grade): string {
  const strict = isNothing(share) && !isNothing(counted) ? ` ${t("formula.strict")}` : "";
  switch (evidence.kind) {
    case "choices":
      return t("formula.choices", { hits: evidence.hits, misses: evidence.misses, correct: evidence.correct }) + strict;
    case "neighbours":
      return t("formula.neighbours", { right: evidence.right, of: evidence.of }) + strict;
    case "pairs":
      return t("formula.pairs", { right: evidence.right, of: evidence.of }) + strict;
    case "band":
      return t("formula.band", {
        distance: showNumber(evidence.distance, 6),
        tolerance: showNumber(evidence.tolerance, 6),
      });
    case "verdict":
      return t(isAll(share) ? "formula.right" : "formula.wrong");
  }
}

function speedText(t: T, { scoring, speed }: Explanation, limit: number): string {
  if (limit === 0) return t("formula.untimed");
  if (isAll(speed))
    return t(scoring.kind === "linear" && scoring.permille === 0 ? "formula.noSpeed" : "formula.reflex");
  const left = Number((speed.part * 10_000n) / speed.whole) / 100;
  return t("formula.speed", { percent: showNumber(left, 2) });
}
