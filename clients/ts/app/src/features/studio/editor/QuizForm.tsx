// The quiz itself: title, description, language, and how it is played.
import { Button, NativeSelect, SegmentedControl, Switch } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { type QuizSettings, RankBy, ScoringMode } from "@trivium/client/proto";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { FocusHeading } from "../../../components/FocusHeading";
import { PRESETS, type Preset, presetOf } from "../../host/model/options";
import { NUMBERS, TEXT } from "../model/bounds";
import { LANGUAGE_TAGS, languageName } from "../model/languages";
import { QuizProblems, useEditor, useEditorState } from "./context";
import { NumberField, SecondsField, TextField } from "./fields";
import classes from "./form.module.css";
import { Problems } from "./Problems";

const RANKS = [
  [RankBy.POINTS, "points"],
  [RankBy.CORRECT_THEN_POINTS, "correctThenPoints"],
  [RankBy.CORRECT_THEN_TIME, "correctThenTime"],
] as const;

/** The form. */
export function QuizForm({ onBack }: { onBack: (() => void) | undefined }) {
  const { t, i18n } = useTranslation("studio");
  const editor = useEditor();
  const { title, description, language } = useEditorState((state) => state.draft);
  const set = (change: { title?: string; description?: string; language?: string }, tag?: string) =>
    editor.edit((draft) => ({ ...draft, ...change }), tag);
  const languages = LANGUAGE_TAGS.includes(language) ? LANGUAGE_TAGS : [language, ...LANGUAGE_TAGS];
  return (
    <QuizProblems>
      <div className={classes.head}>
        {onBack !== undefined && (
          <Button variant="default" leftSection={<IconArrowLeft size={18} aria-hidden />} onClick={onBack}>
            {t("editor.questions")}
          </Button>
        )}
        <FocusHeading order={2} className={classes.heading}>
          {t("editor.quiz")}
        </FocusHeading>
      </div>
      <Problems />
      <TextField
        path="title"
        label={t("quiz.title")}
        placeholder={t("quiz.titleExample")}
        value={title}
        bounds={TEXT["Quiz.title"]}
        size="lg"
        onChange={(next) => set({ title: next }, "title")}
      />
      <TextField
        path="description"
        label={t("quiz.description")}
        value={description}
        bounds={TEXT["Quiz.description"]}
        rows={2}
        onChange={(next) => set({ description: next }, "description")}
      />
      <NativeSelect
        size="md"
        label={t("quiz.language")}
        description={t("quiz.languageHint")}
        value={language}
        data={languages.map((tag) => ({ value: tag, label: languageName(tag, i18n.language) ?? t("quiz.noLanguage") }))}
        onChange={(event) => set({ language: event.currentTarget.value })}
      />
      <Times />
      <Scoring />
    </QuizProblems>
  );
}

function useSettings() {
  const editor = useEditor();
  const settings = useEditorState((state) => state.draft.settings);
  const set = (change: Partial<QuizSettings>, tag?: string) =>
    editor.edit((draft) => ({ ...draft, settings: { ...draft.settings, ...change } }), tag);
  return { settings, set };
}

function Times() {
  const { t } = useTranslation("studio");
  const { settings, set } = useSettings();
  const seconds = (
    name: "timeLimitMs" | "readMs" | "startCountdownMs" | "revealMs" | "leaderboardMs",
    path: keyof typeof NUMBERS,
  ) => (
    <SecondsField
      path={`settings.${path.slice("QuizSettings.".length)}`}
      label={t(`settings.${name}`)}
      value={settings[name]}
      hideZero
      placeholder={t("settings.default")}
      bounds={NUMBERS[path]}
      onChange={(ms) => set({ [name]: ms }, name)}
    />
  );
  return (
    <fieldset className={classes.set}>
      <legend>{t("settings.times")}</legend>
      <div className={classes.grid}>
        {seconds("timeLimitMs", "QuizSettings.time_limit_ms")}
        {!settings.noReadPhase && seconds("readMs", "QuizSettings.read_ms")}
        {seconds("startCountdownMs", "QuizSettings.start_countdown_ms")}
      </div>
      <Switch
        size="md"
        label={t("settings.readPhase")}
        description={t("settings.readPhaseHint")}
        checked={!settings.noReadPhase}
        onChange={(event) => set({ noReadPhase: !event.currentTarget.checked })}
      />
      <Switch
        size="md"
        label={t("settings.autoAdvance")}
        description={t("settings.autoAdvanceHint")}
        checked={settings.autoAdvance}
        onChange={(event) => set({ autoAdvance: event.currentTarget.checked })}
      />
      {settings.autoAdvance && (
        <div className={classes.grid}>
          {seconds("revealMs", "QuizSettings.reveal_ms")}
          {seconds("leaderboardMs", "QuizSettings.leaderboard_ms")}
        </div>
      )}
    </fieldset>
  );
}

function Scoring() {
  const { t } = useTranslation("studio");
  const { settings, set } = useSettings();
  const preset = presetOf(settings.speedWeightPermille);
  const exact = (settings.speedWeightPermille ?? PRESETS.classic) === PRESETS[preset];
  const kahoot = settings.scoring === ScoringMode.KAHOOT;
  const label = useId();
  return (
    <fieldset className={classes.set}>
      <legend>{t("settings.scoring")}</legend>
      <NativeSelect
        size="md"
        label={t("settings.mode")}
        description={t(kahoot ? "settings.kahootHint" : "settings.linearHint")}
        value={kahoot ? "kahoot" : "linear"}
        data={(["linear", "kahoot"] as const).map((value) => ({ value, label: t(`settings.${value}`) }))}
        onChange={(event) =>
          set({ scoring: event.currentTarget.value === "kahoot" ? ScoringMode.KAHOOT : ScoringMode.LINEAR })
        }
      />
      {!kahoot && (
        <div>
          <span className={classes.label} id={label}>
            {t("settings.speed")}
          </span>
          <SegmentedControl
            fullWidth
            size="md"
            aria-labelledby={label}
            value={preset}
            data={(Object.keys(PRESETS) as Preset[]).map((value) => ({ value, label: t(`preset.${value}`) }))}
            onChange={(value) => set({ speedWeightPermille: PRESETS[value as Preset] })}
          />
          <p className={classes.hint}>
            {exact
              ? t(`presetHint.${preset}`)
              : t("presetHint.other", { percent: 100 - (settings.speedWeightPermille ?? 0) / 10 })}
          </p>
        </div>
      )}
      <Switch
        size="md"
        label={t("settings.streak")}
        description={t("settings.streakHint")}
        checked={settings.streakBonus}
        onChange={(event) => set({ streakBonus: event.currentTarget.checked })}
      />
      <div className={classes.grid}>
        <NativeSelect
          size="md"
          label={t("settings.rankBy")}
          value={String(settings.rankBy || RankBy.POINTS)}
          data={RANKS.map(([value, name]) => ({ value: String(value), label: t(`rank.${name}`) }))}
          onChange={(event) => set({ rankBy: Number(event.currentTarget.value) })}
        />
        <NumberField
          path="settings.leaderboard_size"
          label={t("settings.leaderboardSize")}
          value={settings.leaderboardSize}
          blank={0}
          decimals={0}
          bounds={NUMBERS["QuizSettings.leaderboard_size"]}
          onChange={(leaderboardSize) => set({ leaderboardSize }, "leaderboard")}
        />
      </div>
    </fieldset>
  );
}
