// Kinds that are lists of texts: accepted texts, items in order, pairs, options of a poll.
import { create } from "@bufbuild/protobuf";
import { NativeSelect, Switch } from "@mantine/core";
import { IconArrowRight } from "@tabler/icons-react";
import { type MatchingPair, MatchingPairSchema } from "@trivium/client/proto";
import { useTranslation } from "react-i18next";
import { COUNT, NUMBERS, TEXT, type TextBounds } from "../../model/bounds";
import { TextField } from "../fields";
import type { KindProps } from "./KindForm";
import classes from "./kinds.module.css";
import { Lines } from "./Lines";

/** A word or a phrase. */
export function TextEntryForm({ value, set }: KindProps<"textEntry">) {
  const { t } = useTranslation("studio");
  const { max } = NUMBERS["TextEntry.max_edits"];
  return (
    <>
      <TextLines
        name="accepted"
        path="text_entry.accepted"
        lines={value.accepted}
        bounds={COUNT["TextEntry.accepted"]}
        each={TEXT["TextEntry.accepted"]}
        movable={false}
        onChange={(accepted, tag) => set({ accepted }, tag)}
      />
      <NativeSelect
        size="md"
        label={t("accepted.edits")}
        description={t("accepted.editsHint")}
        value={String(value.maxEdits)}
        data={Array.from({ length: max + 1 }, (_, count) => ({
          value: String(count),
          label: t("accepted.editCount", { count }),
        }))}
        onChange={(event) => set({ maxEdits: Number(event.currentTarget.value) })}
      />
      <Switch
        size="md"
        label={t("accepted.case")}
        description={t("accepted.caseHint")}
        checked={value.caseSensitive}
        onChange={(event) => set({ caseSensitive: event.currentTarget.checked })}
      />
    </>
  );
}

/** Items to be put in order. */
export function OrderingForm({ value, set }: KindProps<"ordering">) {
  return (
    <>
      <TextLines
        name="items"
        path="ordering.items"
        lines={value.items}
        bounds={COUNT["Ordering.items"]}
        each={TEXT["Ordering.items"]}
        rich
        numbered
        onChange={(items, tag) => set({ items }, tag)}
      />
      <PartialSwitch partial={value.partialCredit} onChange={(partialCredit) => set({ partialCredit })} />
    </>
  );
}

/** An opinion among options. */
export function PollForm({ value, set }: KindProps<"poll">) {
  const { t } = useTranslation("studio");
  return (
    <>
      <TextLines
        name="pollOptions"
        path="poll.options"
        lines={value.options}
        bounds={COUNT["Poll.options"]}
        each={TEXT["Poll.options"]}
        rich
        numbered
        onChange={(options, tag) => set({ options }, tag)}
      />
      <Switch
        size="md"
        label={t("pollOptions.several")}
        checked={value.multiple}
        onChange={(event) => set({ multiple: event.currentTarget.checked })}
      />
    </>
  );
}

/** Pairs to be found. */
export function MatchingForm({ value, set }: KindProps<"matching">) {
  const { t } = useTranslation("studio");
  const setPair = (at: number, change: Partial<MatchingPair>, tag: string) =>
    set({ pairs: value.pairs.map((pair, each) => (each === at ? { ...pair, ...change } : pair)) }, tag);
  return (
    <>
      <Lines
        path="matching.pairs"
        legend={t("pairs.legend")}
        hint={t("pairs.hint")}
        lines={value.pairs}
        bounds={COUNT["Matching.pairs"]}
        fresh={() => create(MatchingPairSchema)}
        onChange={(pairs) => set({ pairs })}
        addLabel={t("pairs.add")}
        nameOf={(at) => t("pairs.name", { n: at + 1 })}
      >
        {(pair, at) => (
          <div className={classes.pair}>
            {(["left", "right"] as const).map((side) => (
              <TextField
                key={side}
                path={`matching.pairs[${at}].${side}`}
                label={t(`pairs.${side}`, { n: at + 1 })}
                hideLabel
                placeholder={t(`pairs.${side}Short`)}
                value={pair[side]}
                bounds={TEXT[`MatchingPair.${side}`]}
                rich
                onChange={(text) => setPair(at, { [side]: text }, `pairs.${at}.${side}`)}
              />
            ))}
            <IconArrowRight size={20} className={classes.arrow} aria-hidden />
          </div>
        )}
      </Lines>
      <PartialSwitch partial={value.partialCredit} onChange={(partialCredit) => set({ partialCredit })} />
    </>
  );
}

function PartialSwitch({ partial, onChange }: { partial: boolean; onChange: (partial: boolean) => void }) {
  const { t } = useTranslation("studio");
  return (
    <Switch
      size="md"
      label={t("credit.switch")}
      description={t("credit.switchHint")}
      checked={partial}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
  );
}

interface TextLinesProps {
  /** Key of the texts. */
  readonly name: "accepted" | "items" | "pollOptions";
  readonly path: string;
  readonly lines: readonly string[];
  readonly bounds: { readonly min: number; readonly max: number };
  readonly each: TextBounds;
  readonly rich?: boolean;
  readonly numbered?: boolean;
  readonly movable?: boolean;
  readonly onChange: (lines: string[], tag?: string) => void;
}

function TextLines({
  name,
  path,
  lines,
  bounds,
  each,
  rich = false,
  numbered,
  movable = true,
  onChange,
}: TextLinesProps) {
  const { t } = useTranslation("studio");
  return (
    <Lines
      path={path}
      legend={t(`${name}.legend`)}
      hint={t(`${name}.hint`)}
      lines={lines}
      bounds={bounds}
      fresh={() => ""}
      onChange={onChange}
      addLabel={t(`${name}.add`)}
      nameOf={(at) => t(`${name}.name`, { n: at + 1 })}
      movable={movable}
    >
      {(line, at) => (
        <div className={classes.text}>
          {numbered && (
            <span className={classes.number} aria-hidden="true">
              {at + 1}
            </span>
          )}
          <TextField
            path={`${path}[${at}]`}
            label={t(`${name}.name`, { n: at + 1 })}
            hideLabel
            placeholder={t(`${name}.name`, { n: at + 1 })}
            value={line}
            bounds={each}
            rich={rich}
            onChange={(text) => onChange(lines.toSpliced(at, 1, text), `${name}.${at}`)}
          />
        </div>
      )}
    </Lines>
  );
}
