// How the answers were spread: a table whose bars are drawn behind the rows, the right one ticked and outlined.
//
// Neighbours: `../model/spread` counts, `AnswerView` shows the same before the reveal.

import { IconCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { OptionShape } from "../../../components/OptionShape";
import { optionLook } from "../../../components/options";
import { RichText } from "../../../components/RichText";
import type { Row, Spread } from "../model/spread";
import classes from "./chart.module.css";

/** The chart. */
export function Chart({ spread }: { spread: Spread }) {
  const { t } = useTranslation("host");
  const many = spread.rows.length > 5;
  const solved = spread.rows.some((row) => row.correct) && spread.counts === "picks";
  return (
    <div className={classes.wrap}>
      <table
        className={classes.chart}
        data-many={many || undefined}
        data-solved={solved || undefined}
        style={{ "--rows": spread.rows.length }}
      >
        <caption className={spread.counts === "right" ? classes.caption : "visually-hidden"}>
          {spread.counts === "right" ? t("reveal.slots") : t("reveal.chart")}
        </caption>
        <thead className="visually-hidden">
          <tr>
            <th scope="col">{t("reveal.option")}</th>
            <th scope="col">{spread.counts === "right" ? t("reveal.slot") : t("reveal.count")}</th>
            <th scope="col">{t("reveal.share")}</th>
          </tr>
        </thead>
        <tbody>
          {spread.rows.map((row, n) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows never move, and two of them may read the same
            <ChartRow key={n} row={row} slot={spread.counts === "right" ? n : undefined} />
          ))}
        </tbody>
      </table>
      {spread.hidden > 0 && <p className={classes.hidden}>{t("reveal.hidden", { count: spread.hidden })}</p>}
    </div>
  );
}

function ChartRow({ row, slot }: { row: Row; slot: number | undefined }) {
  const { t, i18n } = useTranslation("host");
  const look = row.option === undefined ? undefined : optionLook(row.option);
  // Slots are all right: their tick would say nothing.
  const correct = row.correct === true && slot === undefined;
  return (
    <tr
      data-correct={correct || undefined}
      style={{ "--share": `${row.percent}%`, ...(look ? { "--bar": look.colour } : {}) }}
    >
      <th scope="row">
        <span className={classes.label}>
          {look && row.option !== undefined && (
            <span className={classes.mark}>
              <OptionShape position={row.option} />
              <b>{look.letter}</b>
            </span>
          )}
          {slot !== undefined && <span className={classes.slot}>{slot + 1}</span>}
          <bdi className={classes.text}>
            <RichText text={row.label} inline />
          </bdi>
          {correct && (
            <span className={classes.tick}>
              <IconCheck size="1em" stroke={3} aria-hidden />
              <span className={classes.tickWord}>{t("reveal.right")}</span>
            </span>
          )}
        </span>
      </th>
      <td className={classes.count}>{row.count}</td>
      <td className={classes.percent}>{(row.percent / 100).toLocaleString(i18n.language, { style: "percent" })}</td>
    </tr>
  );
}
