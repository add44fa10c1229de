// How a game is to be played, as the form before it asks; kept on the device for the next time.
//
// Neighbours: `../setup/GameOptions` is the form, `../setup/begin` makes the room.

import { create } from "@bufbuild/protobuf";
import { type QuizSettings, QuizSettingsSchema, RankBy } from "@trivium/client/proto";

/** How much of the points speed decides: k of the formula in thousandths. */
export const PRESETS = { classic: 500, calm: 400, accuracy: 0, race: 1000 } as const;

/** A name of `PRESETS`. */
export type Preset = keyof typeof PRESETS;

/** The form. */
export interface GameOptions {
  /** Names of the teams; empty where everybody plays alone. */
  readonly teams: readonly string[];
  readonly lateJoin: boolean;
  readonly autoAdvance: boolean;
  readonly preset: Preset;
  readonly rankBy: RankBy;
  readonly streakBonus: boolean;
  /** Rows of the leaderboard. */
  readonly leaderboardSize: 5 | 10;
}

/** What the form starts with. */
export const DEFAULTS: GameOptions = {
  teams: [],
  lateJoin: true,
  autoAdvance: false,
  preset: "classic",
  rankBy: RankBy.POINTS,
  streakBonus: false,
  leaderboardSize: 5,
};

/** Most teams, and longest name of one: limits of the wire. */
export const MAX_TEAMS = 16;
export const MAX_TEAM_NAME = 40;

/** The options that a quiz was written with. Teams and late join are the room's business. */
export function optionsOf(settings: QuizSettings | undefined, before: GameOptions = DEFAULTS): GameOptions {
  return {
    ...before,
    autoAdvance: settings?.autoAdvance ?? DEFAULTS.autoAdvance,
    preset: presetOf(settings?.speedWeightPermille),
    rankBy: settings?.rankBy || DEFAULTS.rankBy,
    streakBonus: settings?.streakBonus ?? DEFAULTS.streakBonus,
    leaderboardSize: (settings?.leaderboardSize ?? 0) > 5 ? 10 : 5,
  };
}

/** The nearest preset. */
export function presetOf(speedWeight: number | undefined): Preset {
  const weight = speedWeight ?? PRESETS.classic;
  const names = Object.keys(PRESETS) as Preset[];
  return names.reduce((best, name) =>
    Math.abs(PRESETS[name] - weight) < Math.abs(PRESETS[best] - weight) ? name : best,
  );
}

/** The settings of a quiz with these options; the same object if nothing changes. */
export function withOptions(settings: QuizSettings | undefined, options: GameOptions): QuizSettings {
  const now = settings ?? create(QuizSettingsSchema);
  const was = optionsOf(now, options);
  const same = (["autoAdvance", "preset", "rankBy", "streakBonus", "leaderboardSize"] as const).every(
    (key) => was[key] === options[key],
  );
  if (same) return now;
  return {
    ...now,
    autoAdvance: options.autoAdvance,
    // A weight between the presets stays unless another preset was picked.
    speedWeightPermille: was.preset === options.preset ? (now.speedWeightPermille ?? 500) : PRESETS[options.preset],
    rankBy: options.rankBy,
    streakBonus: options.streakBonus,
    leaderboardSize: was.leaderboardSize === options.leaderboardSize ? now.leaderboardSize : options.leaderboardSize,
  };
}

/** Team names from a text with one per line or comma: trimmed, distinct, within the limits. */
export function teamsOf(text: string): string[] {
  const names = text
    .split(/[\n,;]/)
    .map((name) => name.trim().slice(0, MAX_TEAM_NAME))
    .filter((name) => name !== "");
  return [...new Set(names)].slice(0, MAX_TEAMS);
}
