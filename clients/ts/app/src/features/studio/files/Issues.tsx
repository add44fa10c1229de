// What did not go through as it was written: a table that becomes a list of cards on a phone.

import { Button } from "@mantine/core";
import { type FileIssue, FileIssueSeverity } from "@trivium/client/proto";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./files.module.css";

/** Rows that are drawn before somebody asks for all. */
const FIRST = 50;

const SEVERITIES = {
  [FileIssueSeverity.UNSPECIFIED]: { key: "info", mark: "i" },
  [FileIssueSeverity.INFO]: { key: "info", mark: "i" },
  [FileIssueSeverity.WARNING]: { key: "warning", mark: "!" },
  [FileIssueSeverity.ERROR]: { key: "error", mark: "×" },
} as const;

interface Props {
  readonly issues: readonly FileIssue[];
  /** How many more there were than were told. */
  readonly omitted: number;
  /** What a line is: a row of the file, or a question. */
  readonly lineLabel: string;
}

export function Issues({ issues, omitted, lineLabel }: Props) {
  const { t } = useTranslation("studio");
  const [all, setAll] = useState(false);
  if (issues.length === 0) return <p className={classes.clean}>✓ {t("issues.none")}</p>;
  const shown = all ? issues : issues.slice(0, FIRST);
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse scrolls with the arrow keys */}
      <section className={classes.scroll} aria-label={t("issues.caption")} tabIndex={0}>
        <table className={classes.issues}>
          <thead>
            <tr>
              <th scope="col">{lineLabel}</th>
              <th scope="col">{t("issues.column")}</th>
              <th scope="col">{t("issues.severity")}</th>
              <th scope="col">{t("issues.message")}</th>
              <th scope="col">{t("issues.fixed")}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((issue, at) => {
              const { key, mark } = SEVERITIES[issue.severity];
              return (
                // biome-ignore lint/suspicious/noArrayIndexKey: a list that is only read
                <tr key={at}>
                  <td data-label={lineLabel}>{issue.line === 0 ? t("issues.whole") : issue.line}</td>
                  <td data-label={t("issues.column")}>{issue.column}</td>
                  <td data-label={t("issues.severity")}>
                    <span className={classes.severity} data-severity={key}>
                      <b aria-hidden="true">{mark}</b> {t(`issues.${key}`)}
                    </span>
                  </td>
                  <td data-label={t("issues.message")}>{issue.message}</td>
                  <td data-label={t("issues.fixed")}>{issue.fixedValue}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </section>
      {!all && issues.length > FIRST && (
        <Button variant="subtle" onClick={() => setAll(true)}>
          {t("issues.all", { count: issues.length })}
        </Button>
      )}
      {omitted > 0 && <p className={classes.hint}>{t("issues.omitted", { count: omitted })}</p>}
    </>
  );
}
