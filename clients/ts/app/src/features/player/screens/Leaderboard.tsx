// The ranking after a question: the best, oneself, and how far it is to the next.
import type { QuizView } from "@trivium/client";
import type { Member, Standing } from "@trivium/client/proto";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { FocusHeading } from "../../../components/FocusHeading";
import { useSound } from "../../../lib/sound";
import { showTenths } from "../model/numbers";
import classes from "./Leaderboard.module.css";
import { Ranking } from "./Ranking";

export function Leaderboard({ quiz, me }: { quiz: QuizView; me: Member | undefined }) {
  const { t } = useTranslation("player");
  const { play } = useSound();
  const { standings, own, teamStandings } = quiz.state;
  useEffect(() => play("whoosh"), [play]);
  return (
    <div className={classes.board}>
      <FocusHeading className={classes.title}>{t("board.title")}</FocusHeading>
      {own !== undefined && <Gap standings={standings} own={own} />}
      {standings.length === 0 && <p>{t("board.empty")}</p>}
      <Ranking
        caption={t("board.title")}
        rows={standings}
        own={own}
        isOwn={(row) => me !== undefined && row.userId === me.userId}
      />
      {teamStandings.length > 0 && (
        <>
          <h2 className={classes.teams}>{t("board.teams")}</h2>
          <Ranking
            caption={t("board.teams")}
            rows={teamStandings}
            isOwn={(row) => me !== undefined && me.team !== "" && row.name === me.team}
            faces={false}
          />
        </>
      )}
    </div>
  );
}

/** To whom it is how far. */
function Gap({ standings, own }: { standings: readonly Standing[]; own: Standing }) {
  const { t } = useTranslation("player");
  if (own.rank === 1) {
    const shared = standings.filter((row) => row.rank === 1).length > 1;
    return <p className={classes.gap}>{shared ? t("board.sharedFirst") : t("board.first")}</p>;
  }
  const next = standings.findLast((row) => row.rank < own.rank && row.pointsTenths >= own.pointsTenths);
  if (next === undefined || next.rank < own.rank - 1 - standings.filter((row) => row.rank === next.rank).length) {
    return null;
  }
  const points = showTenths(next.pointsTenths - own.pointsTenths);
  return <p className={classes.gap}>{t("board.gap", { points, name: next.name })}</p>;
}
