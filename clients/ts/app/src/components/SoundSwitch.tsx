// Sound on or off, for this device.
import { ActionIcon } from "@mantine/core";
import { IconVolume, IconVolumeOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { usePreferences } from "../lib/preferences";
import { unlockSound } from "../lib/sound";

/** A toggle; pressing it is also the tap that browsers want before any sound. */
export function SoundSwitch() {
  const { t } = useTranslation();
  const { sound, set } = usePreferences();
  const label = sound ? t("sound.off") : t("sound.on");
  const Icon = sound ? IconVolume : IconVolumeOff;
  return (
    <ActionIcon
      aria-label={t("sound.label")}
      title={label}
      aria-pressed={sound}
      color="gray"
      onClick={() => {
        set({ sound: !sound });
        if (!sound) unlockSound();
      }}
    >
      <Icon size={22} stroke={1.8} />
    </ActionIcon>
  );
}
