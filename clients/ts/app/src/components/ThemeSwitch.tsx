// Light, dark, or as the system has it.
import { ActionIcon, type MantineColorScheme, useMantineColorScheme } from "@mantine/core";
import { IconDeviceDesktop, IconMoon, IconSun } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

const NEXT: Record<MantineColorScheme, MantineColorScheme> = { auto: "light", light: "dark", dark: "auto" };
const ICON = { auto: IconDeviceDesktop, light: IconSun, dark: IconMoon };

/** A button that goes round: system, light, dark. */
export function ThemeSwitch() {
  const { t } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const Icon = ICON[colorScheme];
  const label = t("theme.label", { scheme: t(`theme.${colorScheme}`) });
  return (
    <ActionIcon aria-label={label} title={label} onClick={() => setColorScheme(NEXT[colorScheme])} color="gray">
      <Icon size={22} stroke={1.8} />
    </ActionIcon>
  );
}
