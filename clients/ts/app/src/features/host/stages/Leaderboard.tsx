// The ranking after a question: rows that move to their new places, and teams beside them.

import { IconArrowDown, IconArrowUp, IconEyeOff, IconFlame, IconMinus } from "@tabler/icons-react";
import type { Standing } from "@trivium/client/proto";
import { LayoutGroup, motion } from "motion/react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Avatar } from "../../../components/Avatar";
import { FocusHeading } from "../../../components/FocusHeading";
import { playerCount } from "../model/people";
import { pointsOf, ranksByCorrect } from "../model/podium";
import { useGame } from "../room/useGame";
import classes from "./ranking.module.css";
import { StageFrame } from "./StageFrame";

/** How long the rows stand in their old order before they move. */
const HOLD_MS = 700;

/** The screen. */
export function Leaderboard() {
  const { t } = useTranslation("host");
  const { quiz, room, hideLeaderboard } = useGame();
  if (!quiz) return null;
  const when = `leaderboard-${quiz.prompt?.index ?? ""}`;
  if (hideLeaderboard) {
    return (
      <StageFrame>
        <div className={classes.calm}>
          <IconEyeOff size="4em" stroke={1.4} aria-hidden />
          <FocusHeading when={when}>{t("leaderboard.hidden")}</FocusHeading>
          <p>{t("leaderboard.hiddenHint")}</p>
        </div>
      </StageFrame>
    );
  }
  return (
    <StageFrame>
      <div className={classes.head}>
        <FocusHeading when={when} className={classes.title}>
          {t("leaderboard.heading")}
        </FocusHeading>
        <p className={classes.of}>{t("leaderboard.of", { count: playerCount(room) })}</p>
      </div>
      <div className={classes.boards} data-teams={quiz.teamStandings.length > 0 || undefined}>
        {quiz.teamStandings.length > 0 && (
          <Board caption={t("leaderboard.teams")} standings={quiz.teamStandings} visibleCaption />
        )}
        {quiz.standings.length === 0 ? (
          <p className={classes.nobody}>{t("leaderboard.nobody")}</p>
        ) : (
          <Board
            caption={t("leaderboard.heading")}
            standings={quiz.standings}
            key={when}
            visibleCaption={quiz.teamStandings.length > 0}
          />
        )}
      </div>
    </StageFrame>
  );
}

interface BoardProps {
  readonly caption: string;
  readonly standings: readonly Standing[];
  readonly visibleCaption?: boolean;
}

function Board({ caption, standings, visibleCaption = false }: BoardProps) {
  const { t } = useTranslation("host");
  const settled = useSettled();
  const rows = settled ? standings : beforeLast(standings);
  return (
    <LayoutGroup>
      <table className={classes.board} data-many={standings.length > 6 || undefined}>
        <caption className={visibleCaption ? classes.caption : "visually-hidden"}>{caption}</caption>
        <thead className="visually-hidden">
          <tr>
            <th scope="col">{t("leaderboard.rank")}</th>
            <th scope="col">{t("leaderboard.name")}</th>
            <th scope="col">{t("leaderboard.change")}</th>
            <th scope="col">{t("leaderboard.points")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((standing) => (
            <Row key={standing.userId || standing.name} standing={standing} settled={settled} />
          ))}
        </tbody>
      </table>
    </LayoutGroup>
  );
}

function Row({ standing, settled }: { standing: Standing; settled: boolean }) {
  const { t, i18n } = useTranslation("host");
  const byCorrect = ranksByCorrect(useGame().quiz?.settings);
  const rank = settled || standing.previousRank === 0 ? standing.rank : standing.previousRank;
  return (
    <motion.tr
      layout="position"
      className={classes.row}
      data-first={standing.rank === 1 || undefined}
      transition={{ type: "spring", stiffness: 220, damping: 28 }}
    >
      <td className={classes.rank}>{rank}</td>
      <th scope="row" className={classes.name}>
        <span className={classes.who}>
          {standing.userId !== "" && <Avatar seed={standing.avatar || standing.userId} size={64} />}
          <bdi>{standing.name}</bdi>
          {byCorrect && standing.userId !== "" && (
            <span className={classes.right}>{t("podium.right", { count: standing.correct })}</span>
          )}
          <Streak standing={standing} />
        </span>
      </th>
      <td className={classes.change}>
        <Change standing={standing} />
      </td>
      <td className={classes.points}>{pointsOf(standing, i18n.language)}</td>
    </motion.tr>
  );
}

function Streak({ standing }: { standing: Standing }) {
  const { t } = useTranslation("host");
  if (standing.streak < 3) return null;
  return (
    <span className={classes.streak}>
      <IconFlame size="1em" stroke={2} aria-hidden />
      <span className="tabular" aria-hidden="true">
        {standing.streak}
      </span>
      <span className="visually-hidden">{t("leaderboard.streak", { count: standing.streak })}</span>
    </span>
  );
}

function Change({ standing }: { standing: Standing }) {
  const { t } = useTranslation("host");
  if (standing.previousRank === 0) return null;
  const up = standing.previousRank - standing.rank;
  const Icon = up > 0 ? IconArrowUp : up < 0 ? IconArrowDown : IconMinus;
  const text =
    up > 0
      ? t("leaderboard.up", { count: up })
      : up < 0
        ? t("leaderboard.down", { count: -up })
        : t("leaderboard.same");
  return (
    <span className={classes.arrow} data-way={up > 0 ? "up" : up < 0 ? "down" : "same"}>
      <Icon size="1em" stroke={2.4} aria-hidden />
      <span aria-hidden="true" className="tabular">
        {up === 0 ? "" : Math.abs(up)}
      </span>
      <span className="visually-hidden">{text}</span>
    </span>
  );
}

/** False for a moment at first, so that the rows are seen to move. */
function useSettled(): boolean {
  const [settled, setSettled] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(true), HOLD_MS);
    return () => clearTimeout(timer);
  }, []);
  return settled;
}

/** The rows in the order before the last question; newcomers at the end. */
export function beforeLast(standings: readonly Standing[]): Standing[] {
  const before = ({ previousRank }: Standing) => (previousRank === 0 ? Number.MAX_SAFE_INTEGER : previousRank);
  return standings
    .map((standing, place) => ({ standing, place }))
    .sort((a, b) => before(a.standing) - before(b.standing) || a.place - b.place)
    .map(({ standing }) => standing);
}
