// Kinds with little to say: true or false, rating, word cloud.
import { NativeSelect, SegmentedControl } from "@mantine/core";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { NUMBERS, TEXT } from "../../model/bounds";
import { TextField } from "../fields";
import type { KindProps } from "./KindForm";
import classes from "./kinds.module.css";

/** True or false. */
export function TruthForm({ value, set }: KindProps<"trueFalse">) {
  const { t } = useTranslation("studio");
  const label = useId();
  return (
    <div>
      <span className={classes.label} id={label}>
        {t("truth.legend")}
      </span>
      <SegmentedControl
        fullWidth
        size="lg"
        aria-labelledby={label}
        value={String(value.correct)}
        data={(["true", "false"] as const).map((each) => ({ value: each, label: t(`truth.${each}`) }))}
        onChange={(each) => set({ correct: each === "true" })}
      />
    </div>
  );
}

/** An opinion on a scale. */
export function RatingForm({ value, set }: KindProps<"rating">) {
  const { t } = useTranslation("studio");
  const { min, max } = NUMBERS["Rating.steps"];
  return (
    <fieldset className={classes.set}>
      <legend>{t("rating.legend")}</legend>
      <NativeSelect
        size="md"
        label={t("rating.steps")}
        value={String(value.steps)}
        data={numbers(min, max).map((count) => ({ value: String(count), label: t("rating.stepCount", { count }) }))}
        onChange={(event) => set({ steps: Number(event.currentTarget.value) })}
      />
      <div className={classes.grid}>
        <TextField
          path="rating.low_label"
          label={t("rating.low")}
          placeholder={t("rating.lowExample")}
          value={value.lowLabel}
          bounds={TEXT["Rating.low_label"]}
          onChange={(lowLabel) => set({ lowLabel }, "low")}
        />
        <TextField
          path="rating.high_label"
          label={t("rating.high", { count: value.steps })}
          placeholder={t("rating.highExample")}
          value={value.highLabel}
          bounds={TEXT["Rating.high_label"]}
          onChange={(highLabel) => set({ highLabel }, "high")}
        />
      </div>
    </fieldset>
  );
}

/** Words that nobody owned before. */
export function WordsForm({ value, set }: KindProps<"wordCloud">) {
  const { t } = useTranslation("studio");
  return (
    <NativeSelect
      size="md"
      label={t("words.most")}
      value={String(value.maxWords || 3)}
      data={numbers(1, NUMBERS["WordCloud.max_words"].max).map((count) => ({
        value: String(count),
        label: t("words.count", { count }),
      }))}
      onChange={(event) => set({ maxWords: Number(event.currentTarget.value) })}
    />
  );
}

function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}
