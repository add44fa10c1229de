// Pairs to be found: a partner is picked for each left side; picking one that is taken moves it over.
import { NativeSelect } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { OptionLabel } from "../../../components/OptionLabel";
import { RichText } from "../../../components/RichText";
import { ActionRow } from "./ActionRow";
import classes from "./answers.module.css";
import type { AnswerProps } from "./types";

const NONE = "";

export function MatchingAnswer({ form, given, disabled, status, submit }: AnswerProps) {
  const { t } = useTranslation("player");
  const [partners, setPartners] = useState<readonly (number | undefined)[]>(() =>
    form.options.map((_, at) => (given?.case === "matches" ? given.value.positions[at] : undefined)),
  );
  const choose = (left: number, right: number | undefined) =>
    setPartners((before) => before.map((each, at) => (at === left ? right : each === right ? undefined : each)));
  const positions = partners.flatMap((each) => (each === undefined ? [] : [each]));
  const complete = positions.length === form.options.length;
  return (
    <div className={classes.form}>
      <div className={classes.fields}>
        <p className={classes.note}>{t("question.matchHint")}</p>
        {form.options.map((left, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the position is what a side is known by
          <div key={at} className={classes.pair}>
            <OptionLabel position={at} quiet>
              <RichText text={left} inline />
            </OptionLabel>
            <NativeSelect
              size="lg"
              classNames={{ input: classes.select ?? "" }}
              aria-label={t("question.matchPick", { item: left })}
              value={partners[at] === undefined ? NONE : String(partners[at])}
              disabled={disabled}
              onChange={(event) => {
                const { value } = event.currentTarget;
                choose(at, value === NONE ? undefined : Number(value));
              }}
              data={[
                { value: NONE, label: t("question.matchNone") },
                ...form.matches.map((label, position) => ({ value: String(position), label })),
              ]}
            />
          </div>
        ))}
      </div>
      <ActionRow
        status={status}
        button={{
          label: t("question.submit"),
          disabled: disabled || !complete,
          onClick: () => submit({ case: "matches", value: { $typeName: "trivium.v1.Positions", positions } }),
        }}
      />
    </div>
  );
}
