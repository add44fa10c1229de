// How an answer turned out: sign, colour, and the word for readers or for all.
import { Verdict } from "@trivium/client/proto";
import { useTranslation } from "react-i18next";
import classes from "./verdict.module.css";

const LOOK = {
  [Verdict.UNSPECIFIED]: { sign: "–", tone: "none", key: "verdict.absent" },
  [Verdict.CORRECT]: { sign: "✓", tone: "good", key: "verdict.correct" },
  [Verdict.PARTIAL]: { sign: "◐", tone: "part", key: "verdict.partial" },
  [Verdict.INCORRECT]: { sign: "✗", tone: "bad", key: "verdict.incorrect" },
  [Verdict.MISSED]: { sign: "…", tone: "none", key: "verdict.missed" },
  [Verdict.ABSENT]: { sign: "–", tone: "none", key: "verdict.absent" },
  [Verdict.UNSCORED]: { sign: "●", tone: "none", key: "verdict.unscored" },
} as const satisfies Record<Verdict, { sign: string; tone: string; key: string }>;

/** The verdict; `short` leaves the word to readers. */
export function VerdictMark({ verdict, short = false }: { verdict: Verdict; short?: boolean }) {
  const { t } = useTranslation("results");
  const { sign, tone, key } = LOOK[verdict];
  return (
    <span
      className={classes.verdict}
      data-tone={tone}
      data-short={short || undefined}
      title={short ? t(key) : undefined}
    >
      <span aria-hidden="true">{sign}</span>
      <span className={short ? "visually-hidden" : undefined}>{t(key)}</span>
    </span>
  );
}

/** What the signs of the short form mean. */
export function VerdictLegend() {
  const { t } = useTranslation("results");
  const shown = [Verdict.CORRECT, Verdict.PARTIAL, Verdict.INCORRECT, Verdict.MISSED, Verdict.ABSENT, Verdict.UNSCORED];
  return (
    <ul className={classes.legend} aria-label={t("verdict.legend")}>
      {shown.map((verdict) => (
        <li key={verdict}>
          <VerdictMark verdict={verdict} />
        </li>
      ))}
    </ul>
  );
}
