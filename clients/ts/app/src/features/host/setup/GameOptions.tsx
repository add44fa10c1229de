// How the game is to be played: a form that stays short, with a sentence under whatever is not plain.

import { NativeSelect, SegmentedControl, Switch, TextInput } from "@mantine/core";
import { RankBy } from "@trivium/client/proto";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type GameOptions as Options, PRESETS, type Preset, teamsOf } from "../model/options";
import classes from "./setup.module.css";

const RANKS = [
  [RankBy.POINTS, "points"],
  [RankBy.CORRECT_THEN_POINTS, "correctThenPoints"],
  [RankBy.CORRECT_THEN_TIME, "correctThenTime"],
] as const;

interface Props {
  readonly options: Options;
  readonly onChange: (options: Options) => void;
}

/** The form. */
export function GameOptions({ options, onChange }: Props) {
  const { t } = useTranslation("host");
  const [teams, setTeams] = useState(options.teams.join(", "));
  const set = (change: Partial<Options>) => onChange({ ...options, ...change });
  const toggle = (name: "streakBonus" | "lateJoin" | "autoAdvance", text: string) => (
    <Switch
      size="md"
      label={t(`options.${text}`)}
      description={t(`options.${text}Hint`)}
      checked={options[name]}
      onChange={(event) => set({ [name]: event.currentTarget.checked })}
    />
  );
  return (
    <div className={classes.options}>
      <div>
        <span className={classes.label} id="speed-weight">
          {t("options.speed")}
        </span>
        <SegmentedControl
          fullWidth
          size="md"
          aria-labelledby="speed-weight"
          value={options.preset}
          data={(Object.keys(PRESETS) as Preset[]).map((value) => ({ value, label: t(`options.preset.${value}`) }))}
          onChange={(preset) => set({ preset: preset as Preset })}
        />
        <p className={classes.hint}>{t(`options.presetHint.${options.preset}`)}</p>
      </div>
      <NativeSelect
        size="md"
        label={t("options.rankBy")}
        value={String(options.rankBy)}
        data={RANKS.map(([value, name]) => ({ value: String(value), label: t(`options.rank.${name}`) }))}
        onChange={(event) => set({ rankBy: Number(event.currentTarget.value) })}
      />
      <NativeSelect
        size="md"
        label={t("options.leaderboard")}
        value={String(options.leaderboardSize)}
        data={[5, 10].map((count) => ({ value: String(count), label: t("options.top", { count }) }))}
        onChange={(event) => set({ leaderboardSize: event.currentTarget.value === "10" ? 10 : 5 })}
      />
      {toggle("lateJoin", "lateJoin")}
      {toggle("autoAdvance", "autoAdvance")}
      {toggle("streakBonus", "streak")}
      <TextInput
        size="md"
        label={t("options.teams")}
        description={t("options.teamsHint")}
        placeholder={t("options.teamsPlaceholder")}
        value={teams}
        onChange={(event) => {
          setTeams(event.currentTarget.value);
          set({ teams: teamsOf(event.currentTarget.value) });
        }}
      />
    </div>
  );
}
