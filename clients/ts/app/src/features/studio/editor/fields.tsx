// Fields that know their bounds: texts with a count, formatted texts with what becomes of them, numbers, seconds.
import { NumberInput, Textarea, TextInput } from "@mantine/core";
import { type ReactNode, useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { isPlain, RichText } from "../../../components/RichText";
import { lengthOf, type Span, type TextBounds } from "../model/bounds";
import { useField } from "./context";
import classes from "./fields.module.css";

/** From this part of its bound on, a text tells how long it is. */
const NEARLY = 0.75;

interface TextProps {
  readonly path: string;
  readonly label: string;
  readonly value: string;
  readonly bounds: TextBounds;
  readonly onChange: (value: string) => void;
  readonly description?: string;
  readonly placeholder?: string;
  /** Several lines, at least so many. */
  readonly rows?: number;
  /** Markdown and LaTeX work here; formatted text is shown as it will look. */
  readonly rich?: boolean;
  /** The label is for readers only. */
  readonly hideLabel?: boolean;
  readonly size?: "md" | "lg";
}

/** A text. */
export function TextField({ path, label, value, bounds, onChange, rows, rich = false, hideLabel, ...rest }: TextProps) {
  const { t } = useTranslation("studio");
  const { error, warning, "data-path": dataPath } = useField(path);
  const length = lengthOf(value);
  const count = length >= bounds.max * NEARLY ? t("field.length", { count: length, max: bounds.max }) : undefined;
  const common = {
    ...rest,
    ...(hideLabel ? { "aria-label": label } : { label }),
    value,
    error,
    "data-path": dataPath,
    "aria-required": bounds.min > 0,
    onChange: (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value),
  };
  return (
    <div className={classes.field}>
      {rows === undefined ? (
        <TextInput {...common} />
      ) : (
        <Textarea {...common} size={rest.size ?? "md"} autosize minRows={rows} maxRows={14} />
      )}
      {(count !== undefined || warning !== undefined) && (
        <p className={classes.under}>
          {warning !== undefined && <span className={classes.warning}>⚠ {warning}</span>}
          {count !== undefined && <span className={classes.count}>{count}</span>}
        </p>
      )}
      {rich && <Formatted text={value} inline={rows === undefined} />}
    </div>
  );
}

/** What Markdown and LaTeX make of a text; nothing while there is nothing to make. */
export function Formatted({ text, inline }: { text: string; inline: boolean }) {
  const { t } = useTranslation("studio");
  const calm = useDeferredValue(text);
  if (isPlain(calm)) return null;
  return (
    <div className={classes.formatted}>
      <span className={classes.formattedLabel}>{t("field.looksLike")}</span>
      <RichText text={calm} inline={inline} />
    </div>
  );
}

interface NumberProps {
  readonly path: string;
  readonly label: string;
  /** `NaN` while nothing is written. */
  readonly value: number;
  readonly bounds: Span;
  readonly onChange: (value: number) => void;
  readonly description?: ReactNode;
  readonly placeholder?: string;
  readonly suffix?: string;
  readonly step?: number;
  /** Most digits after the point [6]. */
  readonly decimals?: number;
  /** What an empty field stands for [`NaN`]. */
  readonly blank?: number;
}

/** A number. */
export function NumberField({ path, value, bounds, onChange, decimals = 6, blank = Number.NaN, ...rest }: NumberProps) {
  const { i18n } = useTranslation();
  // What stands in the field may be on the way to a number, such as `-` or `1.`.
  const [typed, setTyped] = useState<string | number>("");
  const numberOf = (text: string | number) =>
    typeof text === "number" ? text : /\d/.test(text) ? Number(text) : blank;
  const shown = Object.is(numberOf(typed), value) ? typed : Number.isNaN(value) ? "" : value;
  const { error, "data-path": dataPath } = useField(path);
  return (
    <NumberInput
      {...rest}
      size="md"
      className={classes.number}
      value={shown}
      error={error}
      data-path={dataPath}
      allowNegative={bounds.min < 0}
      allowDecimal={decimals > 0}
      decimalScale={decimals}
      decimalSeparator={i18n.language === "de" ? "," : "."}
      // Told at the field instead of silently corrected under the typing hand.
      clampBehavior="none"
      min={bounds.min}
      max={bounds.max}
      hideControls={decimals > 0}
      onChange={(next) => {
        setTyped(next);
        onChange(numberOf(next));
      }}
    />
  );
}

interface SecondsProps extends Omit<NumberProps, "decimals" | "suffix" | "blank"> {
  /** Zero stands for something else, and is shown as an empty field. */
  readonly hideZero?: boolean;
}

/** A time, typed in seconds and held in milliseconds; `NaN` is an empty field that stands for something else. */
export function SecondsField({ hideZero = false, ...props }: SecondsProps) {
  const { t } = useTranslation("studio");
  const { value, bounds, onChange } = props;
  return (
    <NumberField
      {...props}
      decimals={1}
      suffix={t("field.seconds")}
      value={hideZero && value === 0 ? Number.NaN : value / 1000}
      bounds={{ min: bounds.min / 1000, max: bounds.max / 1000 }}
      onChange={(seconds) => onChange(hideZero && Number.isNaN(seconds) ? 0 : Math.round(seconds * 1000))}
    />
  );
}
