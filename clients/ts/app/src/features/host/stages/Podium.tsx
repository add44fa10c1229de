// The end: third, second, first, then everybody, and two prizes that nobody has to win the game for.
//
// Neighbours: `../model/podium` finds the steps and prizes; the links lead to the results.

import { IconFlame, IconTrendingUp } from "@tabler/icons-react";
import { type GetResultsResponse, QuizService } from "@trivium/client/proto";
import { motion } from "motion/react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { Avatar } from "../../../components/Avatar";
import { FocusHeading } from "../../../components/FocusHeading";
import { celebrate } from "../../../lib/confetti";
import { playSound } from "../../../lib/sound";
import { nameOf } from "../model/people";
import { longestStreak, MAX_ON_STEP, mostImproved, pointsOf, ranksByCorrect, type Step, steps } from "../model/podium";
import { showFailure } from "../room/failure";
import { useGame } from "../room/useGame";
import classes from "./podium.module.css";
import { StageFrame } from "./StageFrame";

/** Time between two steps: a drum roll. */
const STEP_MS = 1700;

/** The screen. */
export function Podium({ onNewQuiz }: { onNewQuiz: () => void }) {
  const { t } = useTranslation("host");
  const { quiz, roomId, hosts, run, busy, session } = useGame();
  const results = useResults();
  const standings = results?.standings ?? quiz?.standings ?? [];
  const podium = steps(quiz?.standings ?? []);
  const shown = useReveal(podium.length);
  const done = shown >= podium.length;
  if (!quiz) return null;
  const again = () => void run(() => session.client(QuizService).loadQuiz({ roomId, quizId: quiz.quizId }));
  return (
    <StageFrame scroll>
      <FocusHeading when="podium" className={classes.title}>
        {podium.length === 0 ? t("podium.nobody") : done ? t("podium.done") : t("podium.heading")}
      </FocusHeading>
      {quiz.teamStandings.length > 0 && done && <TeamLine />}
      <ol className={classes.steps} aria-label={t("podium.done")}>
        {podium.map((step, n) => (
          <StepView key={step.rank} step={step} visible={podium.length - n <= shown} />
        ))}
      </ol>
      {done && podium.length > 0 && (
        <motion.div initial={{ opacity: 0 }} animate={{ opacity: 1 }} className={classes.after}>
          <Prizes results={results} />
          {hosts && (
            <nav className={classes.links} aria-label={t("podium.results")}>
              <Link className={classes.primary} href={`/results/${roomId}`}>
                {t("podium.results")}
              </Link>
              <button type="button" className={classes.secondary} aria-disabled={busy || undefined} onClick={again}>
                {t("podium.again")}
              </button>
              <button type="button" className={classes.secondary} onClick={onNewQuiz}>
                {t("podium.newQuiz")}
              </button>
            </nav>
          )}
          <FullList standings={standings} />
        </motion.div>
      )}
    </StageFrame>
  );
}

/** How many steps are out: the lowest first, one after another. */
function useReveal(count: number): number {
  const [shown, setShown] = useState(0);
  useEffect(() => {
    if (count === 0 || shown >= count) return;
    if (shown === 0) playSound("drumroll");
    const timer = setTimeout(() => {
      setShown(shown + 1);
      playSound(shown + 1 === count ? "fanfare" : "drumroll");
      if (shown + 1 === count) void celebrate("big");
    }, STEP_MS);
    return () => clearTimeout(timer);
  }, [count, shown]);
  return shown;
}

function StepView({ step, visible }: { step: Step; visible: boolean }) {
  const { t, i18n } = useTranslation("host");
  const named = step.standings.slice(0, MAX_ON_STEP);
  const others = step.standings.length - named.length;
  const first = step.standings[0];
  const byCorrect = ranksByCorrect(useGame().quiz?.settings);
  return (
    <li
      className={classes.step}
      data-rank={step.rank}
      data-visible={visible || undefined}
      aria-hidden={!visible || undefined}
    >
      <motion.div
        className={classes.people}
        initial={{ opacity: 0, y: 40 }}
        animate={visible ? { opacity: 1, y: 0 } : { opacity: 0, y: 40 }}
        transition={{ type: "spring", stiffness: 200, damping: 20, delay: visible ? 0.25 : 0 }}
      >
        {named.map((standing) => (
          <div key={standing.userId} className={classes.person} data-shared={named.length > 1 || undefined}>
            <Avatar seed={standing.avatar || standing.userId} size={160} />
            <bdi className={classes.name}>{standing.name}</bdi>
          </div>
        ))}
        {others > 0 && <span className={classes.others}>{t("podium.others", { count: others })}</span>}
      </motion.div>
      <motion.div
        className={classes.block}
        initial={{ scaleY: 0 }}
        animate={{ scaleY: 1 }}
        transition={{ type: "spring", stiffness: 170, damping: 24, delay: step.rank * 0.12 }}
      >
        <span className={classes.rank} aria-hidden="true">
          {step.rank}
        </span>
        <span className="visually-hidden">{t("podium.place", { rank: step.rank })}</span>
        {first && byCorrect && (
          <span className={classes.points} data-hidden={!visible || undefined}>
            {t("podium.right", { count: first.correct })}
          </span>
        )}
        {first && (
          <span className={classes.points} data-hidden={!visible || undefined}>
            {t("podium.points", { points: pointsOf(first, i18n.language) })}
          </span>
        )}
      </motion.div>
    </li>
  );
}

function TeamLine() {
  const { i18n } = useTranslation("host");
  const { quiz } = useGame();
  return (
    <ol className={classes.teams}>
      {quiz?.teamStandings.slice(0, 3).map((team) => (
        <li key={team.name}>
          <span className={classes.teamRank}>{team.rank}</span> <bdi>{team.name}</bdi>{" "}
          <span className="tabular">{pointsOf(team, i18n.language)}</span>
        </li>
      ))}
    </ol>
  );
}

function Prizes({ results }: { results: GetResultsResponse | undefined }) {
  const { t } = useTranslation("host");
  const { room } = useGame();
  if (!results) return null;
  const climber = mostImproved(results.questions, results.standings);
  const streak = longestStreak(results.standings);
  if (!climber && !streak) return null;
  return (
    <ul className={classes.prizes}>
      {climber && (
        <li>
          <IconTrendingUp size="1.6em" stroke={1.8} aria-hidden />
          <span>
            <b>{t("podium.mostImproved")}</b>
            {t("podium.climbed", { name: nameOf(room, climber.userId), count: climber.ranks })}
          </span>
        </li>
      )}
      {streak && (
        <li>
          <IconFlame size="1.6em" stroke={1.8} aria-hidden />
          <span>
            <b>{t("podium.longestStreak")}</b>
            {t("podium.streakOf", { names: streak.names.slice(0, 3).join(", "), count: streak.streak })}
          </span>
        </li>
      )}
    </ul>
  );
}

function FullList({ standings }: { standings: GetResultsResponse["standings"] }) {
  const { t, i18n } = useTranslation("host");
  return (
    <table className={classes.list}>
      <caption>{t("podium.full")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("leaderboard.rank")}</th>
          <th scope="col">{t("leaderboard.name")}</th>
          <th scope="col">{t("podium.correct")}</th>
          <th scope="col">{t("leaderboard.points")}</th>
        </tr>
      </thead>
      <tbody>
        {standings.map((standing) => (
          <tr key={standing.userId}>
            <td>{standing.rank}</td>
            <th scope="row">
              <bdi>{standing.name}</bdi>
            </th>
            <td>{standing.correct}</td>
            <td>{pointsOf(standing, i18n.language)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Everybody's results, read once the game has ended. */
function useResults(): GetResultsResponse | undefined {
  const { session, roomId, quiz } = useGame();
  const [results, setResults] = useState<GetResultsResponse>();
  const phase = quiz?.phase;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the end of the game is what makes them worth reading
  useEffect(() => {
    let gone = false;
    session
      .client(QuizService)
      .getResults({ roomId })
      .then((answer) => {
        if (!gone) setResults(answer);
      }, showFailure);
    return () => {
      gone = true;
    };
  }, [session, roomId, phase]);
  return results;
}
