// How answers were spread: a real table, whose bars are drawn by the style sheet.
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import classes from "./Bars.module.css";
import { OptionShape } from "./OptionShape";
import { optionLook } from "./options";

export interface BarRow {
  /** Unique in the table. */
  readonly key: string | number;
  readonly label: ReactNode;
  readonly count: number;
  /** Draws shape, letter and colour of the option at this position. */
  readonly position?: number;
  readonly correct?: boolean;
  readonly own?: boolean;
}

/** The rows as bars; the longest is the most frequent. `total` is what shares are of [sum of the counts]. */
export function Bars({ rows, caption, total }: { rows: readonly BarRow[]; caption: string; total?: number }) {
  const { t, i18n } = useTranslation();
  const most = Math.max(1, ...rows.map((row) => row.count));
  const whole = total ?? rows.reduce((sum, row) => sum + row.count, 0);
  const percent = new Intl.NumberFormat(i18n.language, { style: "percent" });
  return (
    <table className={classes.table}>
      <caption className="visually-hidden">{caption}</caption>
      <thead className="visually-hidden">
        <tr>
          <th scope="col">{t("bars.option")}</th>
          <th scope="col">{t("bars.count")}</th>
          <th scope="col">{t("bars.share")}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr
            key={row.key}
            data-correct={row.correct || undefined}
            style={{
              "--share": row.count / most,
              "--bar": row.position === undefined ? undefined : optionLook(row.position).colour,
            }}
          >
            <th scope="row">
              {row.position !== undefined && (
                <span className={classes.mark}>
                  <OptionShape position={row.position} />
                  {optionLook(row.position).letter}
                </span>
              )}
              <span className={classes.label}>{row.label}</span>
              {row.correct && <span className={classes.flag}>✓ {t("bars.correct")}</span>}
              {row.own && <span className={classes.own}>{t("bars.own")}</span>}
            </th>
            <td className={classes.count}>
              <span className={classes.bar} aria-hidden="true" />
              {row.count}
            </td>
            <td className={classes.share}>{percent.format(whole === 0 ? 0 : row.count / whole)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
