// The solution: bars that grow, the right one ticked and outlined, the explanation, who was fastest, and how fair it was.

import { IconBolt, IconBulb, IconDevices } from "@tabler/icons-react";
import { QuestionKind, type QuestionRevealed, type QuizState } from "@trivium/client/proto";
import { useTranslation } from "react-i18next";
import { RichText } from "../../../components/RichText";
import { isOpinion } from "../../../lib/kinds";
import { Chart } from "../answers/Chart";
import { WordCloud } from "../answers/WordCloud";
import { nameOf } from "../model/people";
import { meanRating, spreadOf } from "../model/spread";
import { cloudOf } from "../model/words";
import { useGame } from "../room/useGame";
import { QuestionHead } from "./QuestionHead";
import { StageFrame } from "./StageFrame";
import { StemHeading, StemImage } from "./Stem";
import classes from "./stage.module.css";

/** The screen. */
export function Reveal() {
  const { quiz } = useGame();
  const reveal = quiz?.reveal;
  if (!quiz?.prompt || !reveal) return null;
  return (
    <StageFrame scroll>
      <QuestionHead prompt={quiz.prompt} end={<Score reveal={reveal} kind={quiz.prompt.kind} />} />
      <div className={classes.revealTop} data-media={quiz.prompt.mediaUrl !== "" || undefined}>
        <StemHeading prompt={quiz.prompt} when="reveal" />
        <StemImage prompt={quiz.prompt} />
      </div>
      <SolutionLine quiz={quiz} reveal={reveal} />
      <Answers quiz={quiz} reveal={reveal} />
      <Facts reveal={reveal} />
    </StageFrame>
  );
}

function Score({ reveal, kind }: { reveal: QuestionRevealed; kind: QuestionKind }) {
  const { t } = useTranslation("host");
  const { answered = 0, correct = 0 } = reveal.distribution ?? {};
  return (
    <p className={classes.answered}>
      <span className="tabular">
        {answered === 0
          ? t("reveal.nobody")
          : isOpinion(kind)
            ? t("reveal.answeredCount", { count: answered })
            : t("reveal.correctCount", { correct, answered })}
      </span>
    </p>
  );
}

/** The solution in words, where no option says it. */
function SolutionLine({ quiz, reveal }: { quiz: QuizState; reveal: QuestionRevealed }) {
  const { t, i18n } = useTranslation("host");
  const { solution } = reveal;
  const unit = quiz.form?.unit ? `\u00a0${quiz.form.unit}` : "";
  const number = (value: number) => value.toLocaleString(i18n.language, { maximumFractionDigits: 6 });
  if (!solution) return null;
  switch (quiz.prompt?.kind) {
    case QuestionKind.TEXT_ENTRY:
      return <Answer main={solution.accepted[0] ?? ""} rest={solution.accepted.slice(1).join(" · ")} />;
    case QuestionKind.NUMBER_ENTRY: {
      const rest = solution.tolerance > 0 ? t("reveal.tolerance", { tolerance: number(solution.tolerance) }) : "";
      return <Answer main={`${number(solution.numberMin)}${unit}`} rest={rest} />;
    }
    case QuestionKind.RANGE_ENTRY:
      return (
        <Answer
          main={
            solution.numberMin === solution.numberMax
              ? `${number(solution.numberMin)}${unit}`
              : t("reveal.solutionRange", {
                  from: number(solution.numberMin),
                  to: `${number(solution.numberMax)}${unit}`,
                })
          }
          rest=""
        />
      );
    default:
      return null;
  }
}

function Answer({ main, rest }: { main: string; rest: string }) {
  return (
    <p className={classes.solution}>
      <span aria-hidden="true">✓</span> <bdi>{main}</bdi>
      {rest !== "" && <span className={classes.solutionRest}> {rest}</span>}
    </p>
  );
}

function Answers({ quiz, reveal }: { quiz: QuizState; reveal: QuestionRevealed }) {
  const { t } = useTranslation("host");
  const kind = quiz.prompt?.kind ?? QuestionKind.UNSPECIFIED;
  if (kind === QuestionKind.WORD_CLOUD) return <WordCloud words={cloudOf(reveal.distribution?.texts ?? [])} />;
  const spread = spreadOf(kind, quiz.form, reveal, { yes: t("stage.true"), no: t("stage.false") });
  if (!spread || spread.rows.length === 0) return null;
  const mean = kind === QuestionKind.RATING ? meanRating(spread.rows) : undefined;
  return (
    <>
      {mean !== undefined && (
        <p className={`${classes.solution} ${classes.mean}`}>{t("reveal.mean", { mean, steps: spread.rows.length })}</p>
      )}
      <Chart spread={spread} />
    </>
  );
}

function Facts({ reveal }: { reveal: QuestionRevealed }) {
  const { t, i18n } = useTranslation("host");
  const { room, quiz } = useGame();
  const screens = quiz?.screens ?? room.quiz?.screens;
  const fastest = reveal.results.find((result) => result.userId === reveal.fastestUserId);
  const name = nameOf(room, reveal.fastestUserId);
  const seconds = ((fastest?.responseMs ?? 0) / 1000).toLocaleString(i18n.language, {
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  });
  return (
    <div className={classes.facts}>
      {reveal.explanation !== "" && (
        <div className={classes.explanation}>
          <IconBulb size="1.5em" stroke={1.8} aria-hidden />
          <div>
            <h2 className="visually-hidden">{t("reveal.explanation")}</h2>
            <RichText text={reveal.explanation} />
          </div>
        </div>
      )}
      <ul className={classes.chips}>
        {reveal.fastestUserId !== "" && (
          <li>
            <IconBolt size="1.2em" stroke={2} aria-hidden />
            {fastest ? t("reveal.fastestTime", { name, seconds }) : t("reveal.fastest", { name })}
          </li>
        )}
        {screens && screens.screens > 0 && (
          <li>
            <IconDevices size="1.2em" stroke={2} aria-hidden />
            {t("reveal.screens", { count: screens.screens, ms: screens.spreadMs })}
          </li>
        )}
      </ul>
    </div>
  );
}
