// Options with the right ones marked: single and multiple choice.

import { create } from "@bufbuild/protobuf";
import { Checkbox, SegmentedControl, Switch } from "@mantine/core";
import { type MultipleChoice, type Option, OptionSchema, type SingleChoice } from "@trivium/client/proto";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { OptionShape } from "../../../../components/OptionShape";
import { optionLook } from "../../../../components/options";
import { COUNT, TEXT } from "../../model/bounds";
import { TextField } from "../fields";
import classes from "./kinds.module.css";
import { Lines } from "./Lines";

interface Props {
  readonly value: SingleChoice | MultipleChoice;
  readonly set: (change: Partial<MultipleChoice>, tag?: string) => void;
}

export function ChoiceForm({ value, set }: Props) {
  const { t } = useTranslation("studio");
  const several = value.$typeName === "trivium.v1.MultipleChoice";
  const path = several ? "multiple_choice.options" : "single_choice.options";
  const setOption = (at: number, change: Partial<Option>, tag?: string) =>
    set({ options: value.options.map((option, each) => (each === at ? { ...option, ...change } : option)) }, tag);
  const label = useId();
  return (
    <>
      <Lines
        path={path}
        legend={t("options.legend")}
        hint={t(several ? "options.severalHint" : "options.oneHint")}
        lines={value.options}
        bounds={COUNT["SingleChoice.options"]}
        fresh={() => create(OptionSchema)}
        onChange={(options) => set({ options })}
        addLabel={t("options.add")}
        nameOf={(at) => t("options.name", { letter: optionLook(at).letter })}
      >
        {(option, at) => (
          <div className={classes.option}>
            <span className={classes.look} style={{ "--option": optionLook(at).colour }} aria-hidden="true">
              <OptionShape position={at} /> {optionLook(at).letter}
            </span>
            <TextField
              path={`${path}[${at}].text`}
              label={t("options.name", { letter: optionLook(at).letter })}
              hideLabel
              placeholder={t("options.name", { letter: optionLook(at).letter })}
              value={option.text}
              bounds={TEXT["Option.text"]}
              rich
              onChange={(text) => setOption(at, { text }, `options.${at}`)}
            />
            <Checkbox
              size="lg"
              className={classes.right}
              color="green.9"
              checked={option.correct}
              aria-label={t("options.right", { letter: optionLook(at).letter })}
              title={t("options.rightShort")}
              onChange={(event) => setOption(at, { correct: event.currentTarget.checked })}
            />
          </div>
        )}
      </Lines>
      {several && (
        <div>
          <span className={classes.label} id={label}>
            {t("options.credit")}
          </span>
          <SegmentedControl
            fullWidth
            size="md"
            aria-labelledby={label}
            value={value.allOrNothing ? "all" : "partial"}
            data={(["partial", "all"] as const).map((each) => ({ value: each, label: t(`credit.${each}`) }))}
            onChange={(each) => set({ allOrNothing: each === "all" })}
          />
          <p className={classes.hint}>{t(value.allOrNothing ? "credit.allHint" : "credit.partialHint")}</p>
        </div>
      )}
      <Switch
        size="md"
        label={t("options.shuffle")}
        description={t("options.shuffleHint")}
        checked={value.shuffle}
        onChange={(event) => set({ shuffle: event.currentTarget.checked })}
      />
    </>
  );
}
