// What one person may set on this device while playing, and the way out.
import { Button, SegmentedControl, Stack, Switch, Text, useMantineColorScheme } from "@mantine/core";
import type { Member, Room } from "@trivium/client/proto";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ConnectionChip } from "../../../components/ConnectionChip";
import { chooseLanguage, currentLanguage, LANGUAGES, type Language } from "../../../i18n";
import { type Motion, TEXT_SIZES, usePreferences } from "../../../lib/preferences";
import { unlockSound } from "../../../lib/sound";
import { Sheet } from "./Sheet";

interface Props {
  room: Room;
  me: Member | undefined;
  onClose(): void;
  onLeave(): void;
}

export default function SettingsDrawer({ room, me, onClose, onLeave }: Props) {
  const { t } = useTranslation("player");
  const { sound, motion, textSize, showQuestion, set } = usePreferences();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [leaving, setLeaving] = useState(false);
  return (
    <Sheet title={t("settings.title")} position="right" onClose={onClose}>
      <Stack gap="lg">
        <Switch
          size="lg"
          label={t("settings.sound")}
          checked={sound}
          onChange={(event) => {
            set({ sound: event.currentTarget.checked });
            unlockSound();
          }}
        />
        <Switch
          size="lg"
          label={t("settings.showQuestion")}
          description={t("settings.showQuestionHint")}
          checked={showQuestion}
          onChange={(event) => set({ showQuestion: event.currentTarget.checked })}
        />
        <Choice
          label={t("settings.text")}
          value={String(textSize)}
          options={TEXT_SIZES.map((size) => ({ value: String(size), label: `${size} %` }))}
          onChange={(value) => set({ textSize: TEXT_SIZES.find((size) => String(size) === value) ?? 100 })}
        />
        <Choice<Motion>
          label={t("settings.motion")}
          value={motion}
          options={[
            { value: "system", label: t("settings.motionSystem") },
            { value: "reduced", label: t("settings.motionReduced") },
            { value: "full", label: t("settings.motionFull") },
          ]}
          onChange={(value) => set({ motion: value })}
        />
        <Choice
          label={t("settings.theme")}
          value={colorScheme}
          options={[
            { value: "auto", label: t("settings.themeAuto") },
            { value: "light", label: t("settings.themeLight") },
            { value: "dark", label: t("settings.themeDark") },
          ]}
          onChange={setColorScheme}
        />
        <Choice<Language>
          label={t("settings.language")}
          value={currentLanguage()}
          options={(Object.keys(LANGUAGES) as Language[]).map((value) => ({ value, label: LANGUAGES[value] }))}
          onChange={(value) => void chooseLanguage(value)}
        />
        <div>
          <Text fw={600} mb={4}>
            {t("settings.connection")}
          </Text>
          <ConnectionChip />
        </div>
        <Text size="sm" c="dimmed">
          {room.title}
          <br />
          {t("settings.keys")}
        </Text>
        {me !== undefined &&
          (leaving ? (
            <div role="alert">
              <Text mb="xs">{t("settings.leaveSure")}</Text>
              <Button color="red" fullWidth onClick={onLeave}>
                {t("settings.leaveYes")}
              </Button>
            </div>
          ) : (
            <Button variant="default" onClick={() => setLeaving(true)}>
              {t("settings.leave")}
            </Button>
          ))}
      </Stack>
    </Sheet>
  );
}

interface ChoiceProps<V extends string> {
  label: string;
  value: V;
  options: { value: V; label: string }[];
  onChange(value: V): void;
}

function Choice<V extends string>({ label, value, options, onChange }: ChoiceProps<V>) {
  return (
    <div>
      <Text fw={600} mb={4} aria-hidden>
        {label}
      </Text>
      <SegmentedControl<V> fullWidth size="md" aria-label={label} value={value} data={options} onChange={onChange} />
    </div>
  );
}
