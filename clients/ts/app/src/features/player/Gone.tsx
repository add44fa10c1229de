// The end of a road: what happened in a plain sentence, and what to do.
import { Button, Group, Stack, Text } from "@mantine/core";
import { IconDoor, IconDoorExit, IconHourglassEmpty } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { FocusHeading } from "../../components/FocusHeading";
import { PageFrame } from "../../components/PageFrame";
import type { Door } from "./join/refusal";

interface Props {
  door: Door;
  /** What the host said to somebody removed. */
  message?: string;
  onAgain(): void;
}

const ICON = {
  room: IconDoor,
  late: IconHourglassEmpty,
  banned: IconDoor,
  removed: IconDoorExit,
  closed: IconDoor,
  left: IconDoorExit,
  superseded: IconDoorExit,
};

export function Gone({ door, message = "", onAgain }: Props) {
  const { t } = useTranslation("player");
  const Icon = ICON[door];
  const again =
    door === "room"
      ? t("gone.tryAgain")
      : door === "superseded"
        ? t("gone.superseded.again")
        : door === "removed" || door === "left"
          ? t("gone.again")
          : undefined;
  return (
    <PageFrame width="text">
      <Stack align="center" ta="center" gap="lg" pt="10vh">
        <Icon size={72} stroke={1.4} color="var(--brand-ink)" aria-hidden />
        <FocusHeading>{t(`gone.${door}.title`)}</FocusHeading>
        <Text size="lg" maw="34rem">
          {t(`gone.${door}.text`)}
        </Text>
        {message !== "" && <Text fs="italic">{t("gone.said", { message })}</Text>}
        <Group justify="center">
          {again !== undefined && (
            <Button size="lg" onClick={onAgain}>
              {again}
            </Button>
          )}
          <Button size="lg" variant="default" component={Link} href="/play">
            {t("gone.otherCode")}
          </Button>
        </Group>
      </Stack>
    </PageFrame>
  );
}
