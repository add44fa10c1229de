// A step on a scale: one tap.
import { useTranslation } from "react-i18next";
import { useHotkeys } from "../../../lib/hotkeys";
import { ActionRow } from "./ActionRow";
import classes from "./answers.module.css";
import type { AnswerProps } from "./types";

export function RatingAnswer({ form, given, disabled, status, submit }: AnswerProps) {
  const { t } = useTranslation("player");
  const count = form.limit;
  const chosen = given?.case === "rating" ? given.value : undefined;
  const choose = (value: number) => {
    if (!disabled && value <= count) submit({ case: "rating", value });
  };
  useHotkeys(Object.fromEntries([..."123456789"].map((key) => [key, () => choose(Number(key))])), !disabled);
  return (
    <div className={classes.form}>
      <div className={classes.fields}>
        <div className={classes.scale} data-wide={count > 5 || undefined}>
          {Array.from({ length: count }, (_, at) => at + 1).map((value) => (
            <button
              key={value}
              type="button"
              className={classes.step}
              aria-pressed={value === chosen}
              aria-disabled={disabled}
              aria-label={`${t("question.ratingStep", { n: value, count })}${endLabel(value, count, form.lowLabel, form.highLabel)}`}
              data-faded={(disabled && value !== chosen) || undefined}
              onClick={() => choose(value)}
            >
              {value}
            </button>
          ))}
        </div>
        <div className={classes.ends} aria-hidden="true">
          <span>{form.lowLabel}</span>
          <span>{form.highLabel}</span>
        </div>
      </div>
      <ActionRow status={status} />
    </div>
  );
}

function endLabel(value: number, count: number, low: string, high: string): string {
  const label = value === 1 ? low : value === count ? high : "";
  return label === "" ? "" : `: ${label}`;
}
