// A number on a slider, with a button at either end for those who cannot aim.
import { ActionIcon } from "@mantine/core";
import { IconMinus, IconPlus } from "@tabler/icons-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { ActionRow } from "./ActionRow";
import classes from "./answers.module.css";
import type { AnswerProps } from "./types";

/** Steps of a slider that has none of its own. */
const STEPS = 200;

export function RangeAnswer({ form, given, disabled, status, submit }: AnswerProps) {
  const { t, i18n } = useTranslation("player");
  const { min, max, unit } = form;
  const step = form.step > 0 ? form.step : (max - min) / STEPS;
  const snap = (value: number) => {
    const steps = Math.round((value - min) / step);
    return Math.min(max, Math.max(min, Number((min + steps * step).toPrecision(12))));
  };
  const [value, setValue] = useState(given?.case === "number" ? given.value : snap((min + max) / 2));
  const id = useId();
  const show = (number: number) =>
    `${number.toLocaleString(i18n.language, { maximumFractionDigits: 6 })}${unit === "" ? "" : ` ${unit}`}`;
  return (
    <div className={classes.form}>
      <div className={classes.fields}>
        <label htmlFor={id} className={classes.rangeLabel}>
          {t("question.range")}
        </label>
        <output htmlFor={id} className={classes.rangeValue} aria-live="off">
          {show(value)}
        </output>
        <div className={classes.rangeRow}>
          <ActionIcon
            variant="default"
            radius="xl"
            disabled={disabled || value <= min}
            aria-label={t("question.less")}
            onClick={() => setValue(snap(value - step))}
          >
            <IconMinus />
          </ActionIcon>
          <input
            id={id}
            type="range"
            className={classes.range}
            style={{ "--part": max > min ? (value - min) / (max - min) : 0 }}
            min={min}
            max={max}
            step={step}
            value={value}
            disabled={disabled}
            aria-valuetext={show(value)}
            onChange={(event) => setValue(event.currentTarget.valueAsNumber)}
          />
          <ActionIcon
            variant="default"
            radius="xl"
            disabled={disabled || value >= max}
            aria-label={t("question.more")}
            onClick={() => setValue(snap(value + step))}
          >
            <IconPlus />
          </ActionIcon>
        </div>
        <div className={classes.ends} aria-hidden="true">
          <span>{show(min)}</span>
          <span>{show(max)}</span>
        </div>
      </div>
      <ActionRow
        status={status}
        button={{ label: t("question.submit"), disabled, onClick: () => submit({ case: "number", value }) }}
      />
    </div>
  );
}
