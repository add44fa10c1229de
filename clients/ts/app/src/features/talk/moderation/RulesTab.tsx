// The settings of a room's moderation: pace, approval, newcomers, and rules for words with a place to try them.
//
// Switches work at once; words are kept with a button, since half a rule would be a wrong one.

import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { NativeSelect, Stack, Switch } from "@mantine/core";
import { ModerationService, type ModerationSettings, ModerationSettingsSchema } from "@trivium/client/proto";
import { useRoom, useSession } from "@trivium/client/react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { worked } from "../model/commands";
import { NEWCOMER_TIMES, SLOW_MODES } from "../model/durations";
import { spanOf } from "../model/format";
import { WordRules } from "./WordRules";

const NONE = create(ModerationSettingsSchema);

export function RulesTab({ roomId }: { roomId: string }) {
  const { t, i18n } = useTranslation("talk");
  const session = useSession();
  const settings = useRoom(roomId, (room) => room.moderation.settings) ?? NONE;
  const [busy, setBusy] = useState(false);
  const save = async (change: Partial<MessageInitShape<typeof ModerationSettingsSchema>>) => {
    setBusy(true);
    const { slowModeMs, approval, newcomerMs, rules } = settings;
    const next = { slowModeMs, approval, newcomerMs, rules, ...change };
    const done = await worked(session.client(ModerationService).updateModeration({ roomId, settings: next }));
    setBusy(false);
    return done;
  };
  const choices = (all: readonly number[], chosen: number) =>
    (all.includes(chosen) ? all : [...all, chosen].sort((a, b) => a - b)).map((ms) => ({
      value: String(ms),
      label: ms === 0 ? t("moderation.off") : spanOf(ms, i18n.language),
    }));
  return (
    <Stack gap="md">
      <NativeSelect
        label={t("moderation.slow")}
        description={t("moderation.slowHint")}
        size="md"
        disabled={busy}
        value={String(settings.slowModeMs)}
        data={choices(SLOW_MODES, settings.slowModeMs)}
        onChange={(event) => void save({ slowModeMs: Number(event.currentTarget.value) })}
      />
      <Switch
        size="md"
        label={t("moderation.approval")}
        description={t("moderation.approvalHint")}
        disabled={busy}
        checked={settings.approval}
        onChange={(event) => void save({ approval: event.currentTarget.checked })}
      />
      <NativeSelect
        label={t("moderation.newcomer")}
        description={t("moderation.newcomerHint")}
        size="md"
        disabled={busy}
        value={String(settings.newcomerMs)}
        data={choices(NEWCOMER_TIMES, settings.newcomerMs)}
        onChange={(event) => void save({ newcomerMs: Number(event.currentTarget.value) })}
      />
      <WordRules key={rulesKey(settings)} roomId={roomId} rules={settings.rules} onSave={(rules) => save({ rules })} />
    </Stack>
  );
}

/** Rules that were changed elsewhere replace those that stand here. */
function rulesKey({ rules }: ModerationSettings): string {
  return JSON.stringify(rules.map(({ pattern, syntax, action, nicknames }) => [pattern, syntax, action, nicknames]));
}
