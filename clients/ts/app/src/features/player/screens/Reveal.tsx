// The solution: right or wrong in a word and a picture, what it earned, and why.
import { IconCheck, IconCircleHalf2, IconClockOff, IconDoorEnter, IconHeart, IconX } from "@tabler/icons-react";
import type { QuizView } from "@trivium/client";
import { type PlayerResult, Verdict } from "@trivium/client/proto";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { FocusHeading } from "../../../components/FocusHeading";
import { RichText } from "../../../components/RichText";
import { celebrate } from "../../../lib/confetti";
import { useSound } from "../../../lib/sound";
import { showNumber } from "../model/numbers";
import classes from "./Reveal.module.css";
import { SolutionView } from "./SolutionView";
import { Why } from "./Why";

const LOOKS = {
  [Verdict.UNSPECIFIED]: { word: "reveal.look", tone: "quiet", icon: IconHeart },
  [Verdict.CORRECT]: { word: "reveal.correct", tone: "good", icon: IconCheck },
  [Verdict.PARTIAL]: { word: "reveal.partial", tone: "part", icon: IconCircleHalf2 },
  [Verdict.INCORRECT]: { word: "reveal.incorrect", tone: "bad", icon: IconX },
  [Verdict.MISSED]: { word: "reveal.missed", tone: "bad", icon: IconClockOff },
  [Verdict.ABSENT]: { word: "reveal.absent", tone: "quiet", icon: IconDoorEnter },
  [Verdict.UNSCORED]: { word: "reveal.unscored", tone: "quiet", icon: IconHeart },
} as const;

export function Reveal({ quiz, userId }: { quiz: QuizView; userId: string }) {
  const { t } = useTranslation("player");
  const { state } = quiz;
  const { prompt, reveal } = state;
  const own = reveal?.own;
  const look = LOOKS[own?.verdict ?? Verdict.UNSPECIFIED];
  const Icon = look.icon;
  const fastest = userId !== "" && reveal?.fastestUserId === userId;
  useMood(own, fastest);
  if (prompt === undefined || reveal === undefined) return null;
  return (
    <div className={classes.reveal}>
      <section className={classes.verdict} data-tone={look.tone}>
        <Icon size={56} stroke={2.6} aria-hidden />
        <FocusHeading className={classes.word}>{t(look.word)}</FocusHeading>
        {own !== undefined && earns(own) && <Points own={own} />}
        {fastest && <p className={classes.fastest}>{t("reveal.fastest")}</p>}
      </section>
      <section className={classes.card}>
        <h2 className={classes.stem}>
          <RichText text={prompt.text} />
        </h2>
        <SolutionView quiz={quiz} reveal={reveal} />
      </section>
      {reveal.explanation !== "" && (
        <section className={classes.card}>
          <h2>{t("reveal.explanation")}</h2>
          <RichText text={reveal.explanation} />
        </section>
      )}
      {own !== undefined && own.verdict !== Verdict.UNSCORED && <Why result={own} prompt={prompt} quiz={quiz} />}
    </div>
  );
}

function earns({ verdict }: PlayerResult): boolean {
  return verdict === Verdict.CORRECT || verdict === Verdict.PARTIAL || verdict === Verdict.INCORRECT;
}

function Points({ own }: { own: PlayerResult }) {
  const { t } = useTranslation("player");
  const gained = own.points + own.streakBonus;
  return (
    <>
      <p className={classes.points}>{t("reveal.points", { points: showNumber(gained) })}</p>
      <p className={classes.split}>
        {own.streakBonus > 0 && (
          <>
            <span>{t("reveal.base", { points: showNumber(own.points) })}</span>
            <span>{t("reveal.streak", { points: showNumber(own.streakBonus) })}</span>
          </>
        )}
        {own.streak > 1 && <span>{t("reveal.streakN", { count: own.streak })}</span>}
        {own.rank > 0 && <span>{t("reveal.rank", { rank: own.rank })}</span>}
        <span>{t("reveal.total", { points: showNumber(own.total) })}</span>
      </p>
    </>
  );
}

/** Sound and confetti, once. */
function useMood(own: PlayerResult | undefined, fastest: boolean): void {
  const { play } = useSound();
  const verdict = own?.verdict;
  useEffect(() => {
    if (verdict === Verdict.CORRECT) play("win");
    else if (verdict === Verdict.INCORRECT || verdict === Verdict.MISSED) play("lose");
  }, [verdict, play]);
  useEffect(() => {
    if (fastest) void celebrate("small");
  }, [fastest]);
}
