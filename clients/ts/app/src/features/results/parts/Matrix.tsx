// Player by player: a table of everybody's verdicts, each of which leads to why it earned what it did.
import { Verdict } from "@trivium/client/proto";
import { useTranslation } from "react-i18next";
import type { Game, Player } from "../model/results";
import { showNumber } from "../model/text";
import { type Column, DataTable } from "./DataTable";
import classes from "./results.module.css";
import { VerdictLegend, VerdictMark } from "./Verdict";

interface Props {
  readonly game: Game;
  readonly onWhy: (userId: string, index: number) => void;
}

export function Matrix({ game, onWhy }: Props) {
  const { t } = useTranslation("results");
  const rows = game.own === undefined ? game.players : [game.own];
  const columns: Column<Player>[] = [
    { key: "name", header: t("column.player"), width: "11rem", heads: true, cell: ({ name }) => <bdi>{name}</bdi> },
    {
      key: "points",
      header: t("column.points"),
      width: "6rem",
      numeric: true,
      cell: ({ standing }) => (standing === undefined ? "–" : showNumber(standing.pointsTenths / 10)),
    },
    ...game.data.questions.map(({ prompt }): Column<Player> => {
      const index = prompt?.index ?? 0;
      return {
        key: `q${index}`,
        header: index + 1,
        title: prompt?.text ?? "",
        width: "3.6rem",
        centred: true,
        cell: (player) => {
          const result = player.results.get(index);
          if (result === undefined) return <VerdictMark verdict={Verdict.ABSENT} short />;
          return (
            <button
              type="button"
              className={classes.cell}
              aria-label={t("why.openFor", { name: player.name, n: index + 1 })}
              onClick={() => onWhy(player.userId, index)}
            >
              <VerdictMark verdict={result.verdict} short />
            </button>
          );
        },
      };
    }),
  ];
  return (
    <div className={classes.stack}>
      <VerdictLegend />
      <DataTable caption={t("matrix.caption")} rows={rows} columns={columns} keyOf={({ userId }) => userId} />
    </div>
  );
}
