// The ranking of everybody, and of teams.
import { useTranslation } from "react-i18next";
import { Avatar } from "../../../components/Avatar";
import { type Game, meanCorrect, type Player } from "../model/results";
import { showNumber, showSeconds } from "../model/text";
import { type Column, DataTable } from "./DataTable";
import classes from "./results.module.css";

export function Ranking({ game, all = false }: { game: Game; all?: boolean }) {
  const { t } = useTranslation("results");
  const scored = game.data.questions.filter(({ prompt }) => (prompt?.points ?? 0) > 0).length;
  const hasTeams = game.data.teamStandings.length > 0;
  const columns: Column<Player>[] = [
    {
      key: "rank",
      header: t("column.rank"),
      width: "4.5rem",
      numeric: true,
      cell: ({ standing }) => standing?.rank ?? "–",
    },
    {
      key: "name",
      header: t("column.player"),
      width: "15rem",
      heads: true,
      cell: ({ name, avatar }) => (
        <span className={classes.person}>
          <Avatar seed={avatar} size={30} />
          <bdi>{name}</bdi>
        </span>
      ),
    },
    ...(hasTeams
      ? [
          {
            key: "team",
            header: t("column.team"),
            width: "9rem",
            cell: ({ standing }: Player) => <bdi>{standing?.team}</bdi>,
          },
        ]
      : []),
    {
      key: "points",
      header: t("column.points"),
      width: "7rem",
      numeric: true,
      cell: ({ standing }) => <b>{standing === undefined ? "–" : showNumber(standing.pointsTenths / 10)}</b>,
    },
    {
      key: "correct",
      header: t("column.correct"),
      width: "7rem",
      numeric: true,
      cell: ({ standing }) => (standing === undefined ? "–" : t("ofCount", { n: standing.correct, count: scored })),
    },
    {
      key: "time",
      header: t("column.meanTime"),
      width: "8rem",
      numeric: true,
      cell: ({ standing }) => {
        const mean = standing && meanCorrect(standing);
        return mean === undefined ? "–" : t("seconds", { value: showSeconds(mean) });
      },
    },
    {
      key: "streak",
      header: t("column.streak"),
      width: "7.5rem",
      numeric: true,
      cell: ({ standing }) => standing?.bestStreak ?? "–",
    },
  ];
  return (
    <div className={classes.stack}>
      {hasTeams && <Teams game={game} />}
      <DataTable
        caption={t("ranking.caption")}
        rows={game.players}
        columns={columns}
        keyOf={({ userId }) => userId}
        marked={(player) => player === game.own}
        all={all}
      />
      {game.own !== undefined && <p className={classes.note}>{t("ranking.own")}</p>}
    </div>
  );
}

function Teams({ game }: { game: Game }) {
  const { t } = useTranslation("results");
  return (
    <section className={classes.stack} aria-labelledby="teams">
      <h2 id="teams" className={classes.heading}>
        {t("ranking.teams")}
      </h2>
      <DataTable
        caption={t("ranking.teamCaption")}
        rows={game.data.teamStandings}
        keyOf={({ name }) => name}
        columns={[
          { key: "rank", header: t("column.rank"), width: "4.5rem", numeric: true, cell: ({ rank }) => rank },
          { key: "team", header: t("column.team"), width: "12rem", heads: true, cell: ({ name }) => <bdi>{name}</bdi> },
          {
            key: "points",
            header: t("column.meanPoints"),
            width: "8rem",
            numeric: true,
            cell: ({ pointsTenths }) => <b>{showNumber(pointsTenths / 10)}</b>,
          },
          { key: "correct", header: t("column.correct"), width: "7rem", numeric: true, cell: ({ correct }) => correct },
        ]}
      />
    </section>
  );
}
