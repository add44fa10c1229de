// What a question is worth, and how long it takes; empty times take the quiz's.
import { SegmentedControl } from "@mantine/core";
import type { Question } from "@trivium/client/proto";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { isOpinion } from "../../../lib/kinds";
import { NUMBERS } from "../model/bounds";
import { kindOf } from "../model/kinds";
import { DEFAULT_POINTS } from "../model/prompt";
import { type ChangeQuestion, useEditorState } from "./context";
import { SecondsField } from "./fields";
import classes from "./form.module.css";

/** Points that can be picked; others, such as from an import, stay beside them. */
const POINTS = [0, 500, 1000, 2000];

export function Worth({ question, change }: { question: Question; change: ChangeQuestion }) {
  const { t, i18n } = useTranslation("studio");
  const settings = useEditorState((state) => state.draft.settings);
  const label = useId();
  const points = question.points ?? DEFAULT_POINTS;
  const choices = POINTS.includes(points) ? POINTS : [...POINTS, points].toSorted((a, b) => a - b);
  return (
    <fieldset className={classes.set}>
      <legend>{t("worth.legend")}</legend>
      {isOpinion(kindOf(question)) ? (
        <p className={classes.hint}>{t("worth.opinion")}</p>
      ) : (
        <div>
          <span className={classes.label} id={label}>
            {t("worth.points")}
          </span>
          <SegmentedControl
            fullWidth
            size="md"
            aria-labelledby={label}
            value={String(points)}
            data={choices.map((each) => ({
              value: String(each),
              label: each === 0 ? t("worth.none") : each.toLocaleString(i18n.language),
            }))}
            onChange={(each) => change((before) => ({ ...before, points: Number(each) }))}
          />
        </div>
      )}
      <div className={classes.grid}>
        <SecondsField
          path="time_limit_ms"
          label={t("worth.time")}
          description={t("worth.ofQuiz", { seconds: settings.timeLimitMs / 1000 })}
          placeholder={String(settings.timeLimitMs / 1000)}
          value={question.timeLimitMs}
          hideZero
          bounds={NUMBERS["Question.time_limit_ms"]}
          onChange={(timeLimitMs) => change((before) => ({ ...before, timeLimitMs }), "time")}
        />
        <SecondsField
          path="read_ms"
          label={t("worth.read")}
          description={t("worth.ofQuiz", { seconds: settings.noReadPhase ? 0 : settings.readMs / 1000 })}
          placeholder={String(settings.noReadPhase ? 0 : settings.readMs / 1000)}
          value={question.readMs ?? Number.NaN}
          bounds={NUMBERS["Question.read_ms"]}
          onChange={(readMs) => change((before) => withRead(before, readMs), "read")}
        />
      </div>
    </fieldset>
  );
}

function withRead(question: Question, readMs: number): Question {
  if (!Number.isNaN(readMs)) return { ...question, readMs };
  const { readMs: _, ...rest } = question;
  return rest;
}
