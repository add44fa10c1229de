// Numbers: near a target, or within a range.
import { useTranslation } from "react-i18next";
import { NUMBERS, TEXT } from "../../model/bounds";
import { NumberField, TextField } from "../fields";
import type { KindProps } from "./KindForm";
import classes from "./kinds.module.css";

/** A number near a target. */
export function NumberForm({ value, set }: KindProps<"numberEntry">) {
  const { t } = useTranslation("studio");
  return (
    <fieldset className={classes.set}>
      <legend>{t("number.legend")}</legend>
      <div className={classes.grid}>
        <NumberField
          path="number_entry.target"
          label={t("number.target")}
          value={value.target}
          bounds={NUMBERS["NumberEntry.target"]}
          onChange={(target) => set({ target }, "target")}
        />
        <NumberField
          path="number_entry.tolerance"
          label={t("number.tolerance")}
          value={value.tolerance}
          blank={0}
          bounds={NUMBERS["NumberEntry.tolerance"]}
          onChange={(tolerance) => set({ tolerance }, "tolerance")}
        />
        <TextField
          path="number_entry.unit"
          label={t("number.unit")}
          placeholder={t("number.unitExample")}
          value={value.unit}
          bounds={TEXT["NumberEntry.unit"]}
          onChange={(unit) => set({ unit }, "unit")}
        />
      </div>
      <p className={classes.hint}>{t(value.tolerance > 0 ? "number.nearHint" : "number.exactHint")}</p>
    </fieldset>
  );
}

/** A number on a slider. */
export function RangeForm({ value, set }: KindProps<"rangeEntry">) {
  const { t } = useTranslation("studio");
  const field = (name: "min" | "max" | "step" | "correctMin" | "correctMax", path: keyof typeof NUMBERS) => (
    <NumberField
      path={`range_entry.${path.slice("RangeEntry.".length)}`}
      label={t(`range.${name}`)}
      value={value[name]}
      {...(name === "step" ? { blank: 0 } : {})}
      bounds={NUMBERS[path]}
      onChange={(number) => set({ [name]: number }, name)}
    />
  );
  return (
    <>
      <fieldset className={classes.set}>
        <legend>{t("range.slider")}</legend>
        <div className={classes.grid}>
          {field("min", "RangeEntry.min")}
          {field("max", "RangeEntry.max")}
          {field("step", "RangeEntry.step")}
          <TextField
            path="range_entry.unit"
            label={t("number.unit")}
            placeholder={t("number.unitExample")}
            value={value.unit}
            bounds={TEXT["RangeEntry.unit"]}
            onChange={(unit) => set({ unit }, "unit")}
          />
        </div>
      </fieldset>
      <fieldset className={classes.set}>
        <legend>{t("range.right")}</legend>
        <div className={classes.grid}>
          {field("correctMin", "RangeEntry.correct_min")}
          {field("correctMax", "RangeEntry.correct_max")}
        </div>
        <p className={classes.hint}>{t("range.hint")}</p>
      </fieldset>
    </>
  );
}
