// One's own hand: up or down, whatever the game is doing.
import { ActionIcon } from "@mantine/core";
import { IconHandStop } from "@tabler/icons-react";
import { useHands } from "@trivium/client/react";
import { useTranslation } from "react-i18next";
import { notifyError } from "../../lib/notify";

export default function HandButton({ roomId }: { roomId: string }) {
  const { t } = useTranslation("player");
  const { place, raise } = useHands(roomId);
  const up = place > 0;
  return (
    <ActionIcon
      color={up ? "violet" : "gray"}
      variant={up ? "filled" : "subtle"}
      aria-pressed={up}
      aria-label={up ? t("frame.handUp", { place }) : t("frame.hand")}
      onClick={() => void raise(!up).catch(notifyError)}
    >
      <IconHandStop size={24} stroke={1.8} aria-hidden />
    </ActionIcon>
  );
}
