// A ranking as a table, with the own row always in it.
import { IconArrowDown, IconArrowUp, IconMinus } from "@tabler/icons-react";
import type { Standing } from "@trivium/client/proto";
import { useTranslation } from "react-i18next";
import { Avatar } from "../../../components/Avatar";
import { showTenths } from "../model/numbers";
import classes from "./Ranking.module.css";

interface Props {
  caption: string;
  rows: readonly Standing[];
  /** Stands at the end, after a gap, where the rows do not hold it. */
  own?: Standing | undefined;
  /** Whether a row is one's own. */
  isOwn(row: Standing): boolean;
  /** Faces beside the names; teams have none. */
  faces?: boolean;
  /** Arrows for what has changed. */
  moves?: boolean;
}

export function Ranking({ caption, rows, own, isOwn, faces = true, moves = true }: Props) {
  const { t } = useTranslation("player");
  const outside = own !== undefined && !rows.some(isOwn) ? own : undefined;
  return (
    <table className={classes.ranking}>
      <caption className="visually-hidden">{caption}</caption>
      <thead className="visually-hidden">
        <tr>
          <th scope="col">{t("board.place")}</th>
          <th scope="col">{t("board.name")}</th>
          <th scope="col">{t("board.points")}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={row.userId || row.name} row={row} own={isOwn(row)} faces={faces} moves={moves} />
        ))}
        {outside !== undefined && (
          <>
            <tr className={classes.gap}>
              <td colSpan={3}>
                <span aria-hidden="true">⋮</span>
              </td>
            </tr>
            <Row row={outside} own faces={faces} moves={moves} />
          </>
        )}
      </tbody>
    </table>
  );
}

function Row({ row, own, faces, moves }: { row: Standing; own: boolean; faces: boolean; moves: boolean }) {
  const { t } = useTranslation("player");
  return (
    <tr className={classes.row} data-own={own || undefined}>
      <td className={classes.place}>
        {row.rank}
        {moves && <Move row={row} />}
      </td>
      <th scope="row" className={classes.who}>
        {faces && <Avatar seed={row.avatar || row.userId} size={36} />}
        <span>{row.name}</span>
        {own && <small>{t("board.you")}</small>}
      </th>
      <td className={classes.points}>{showTenths(row.pointsTenths)}</td>
    </tr>
  );
}

function Move({ row }: { row: Standing }) {
  const { t } = useTranslation("player");
  if (row.previousRank === 0) return null;
  const steps = row.previousRank - row.rank;
  const [Icon, words, tone] =
    steps > 0
      ? ([IconArrowUp, t("board.up", { count: steps }), "up"] as const)
      : steps < 0
        ? ([IconArrowDown, t("board.down", { count: -steps }), "down"] as const)
        : ([IconMinus, t("board.same"), "same"] as const);
  return (
    <span className={classes.move} data-tone={tone}>
      <Icon size={18} stroke={2.6} aria-hidden />
      <span className="visually-hidden">{words}</span>
    </span>
  );
}
