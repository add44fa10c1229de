// What rules would do to a text: in words, with what they match marked.
import { FilterAction, type FilterMatch, type TestFilterResponse } from "@trivium/client/proto";
import { useTranslation } from "react-i18next";
import classes from "./moderation.module.css";

const KEYS = {
  [FilterAction.UNSPECIFIED]: "rule.pass",
  [FilterAction.BLOCK]: "rule.wouldBlock",
  [FilterAction.HOLD]: "rule.wouldHold",
  [FilterAction.MASK]: "rule.wouldMask",
} as const;

export function TestResult({ text, answer }: { text: string; answer: TestFilterResponse }) {
  const { t } = useTranslation("talk");
  return (
    <>
      <p>
        <b>{t(KEYS[answer.action])}</b>
      </p>
      <p className={classes.sample} dir="auto">
        {partsOf(text, answer.matches).map(({ start, words, rule }) =>
          rule === undefined ? (
            <span key={start}>{words}</span>
          ) : (
            <mark key={start} title={t("rule.number", { n: rule + 1 })}>
              {words}
            </mark>
          ),
        )}
      </p>
      {answer.action === FilterAction.MASK && (
        <p className={classes.sample} dir="auto">
          {answer.shown}
        </p>
      )}
    </>
  );
}

interface Part {
  readonly start: number;
  readonly words: string;
  /** The rule that matches here, from 0. */
  readonly rule?: number;
}

/** The text cut where rules match; the server counts characters, not code units. Of matches that overlap the first one counts. */
export function partsOf(text: string, matches: readonly FilterMatch[]): readonly Part[] {
  const letters = [...text];
  const parts: Part[] = [];
  let at = 0;
  const put = (from: number, to: number, rule?: number) => {
    if (to > from)
      parts.push({ start: from, words: letters.slice(from, to).join(""), ...(rule === undefined ? {} : { rule }) });
  };
  for (const { rule, start, end } of [...matches].sort((a, b) => a.start - b.start)) {
    if (start < at || end <= start) continue;
    put(at, start);
    put(start, Math.min(end, letters.length), rule);
    at = end;
  }
  put(at, letters.length);
  return parts;
}
