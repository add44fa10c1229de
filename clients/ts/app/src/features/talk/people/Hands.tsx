// The queue of raised hands, and the button for one's own.
import { ActionIcon, Button } from "@mantine/core";
import { IconHandOff, IconHandStop } from "@tabler/icons-react";
import { Role } from "@trivium/client/proto";
import { useHands, useRoom } from "@trivium/client/react";
import { useTranslation } from "react-i18next";
import { useCommands } from "../model/commands";
import { isHost } from "../model/obstacle";
import classes from "./people.module.css";

/** Most hands that are listed; the others wait behind them. */
const SHOWN = 8;

export function Hands({ roomId }: { roomId: string }) {
  const { t } = useTranslation("talk");
  const me = useRoom(roomId, (room) => room.me);
  const { hands } = useHands(roomId);
  const commands = useCommands(roomId);
  const hosts = isHost(me);
  return (
    <section className={classes.hands} aria-label={t("hand.queue")}>
      {me !== undefined && me.role === Role.MEMBER && <HandButton roomId={roomId} />}
      {hands.length > 0 && (
        <>
          <h3 className={classes.smallHead}>{t("hand.count", { count: hands.length })}</h3>
          <ol>
            {hands.slice(0, SHOWN).map(({ userId, member }) => {
              const name = member?.nickname ?? userId;
              return (
                <li key={userId}>
                  <IconHandStop size={18} aria-hidden />
                  <bdi className={classes.name}>{name}</bdi>
                  {hosts && (
                    <ActionIcon
                      size={36}
                      color="gray"
                      aria-label={t("hand.lowerOf", { name })}
                      onClick={() => void commands.lowerHand(userId)}
                    >
                      <IconHandOff size={18} aria-hidden />
                    </ActionIcon>
                  )}
                </li>
              );
            })}
          </ol>
          {hands.length > SHOWN && <p className={classes.sub}>{t("hand.more", { count: hands.length - SHOWN })}</p>}
        </>
      )}
    </section>
  );
}

/** Raises and lowers one's own hand. */
export function HandButton({ roomId, compact = false }: { roomId: string; compact?: boolean }) {
  const { t } = useTranslation("talk");
  const { place } = useHands(roomId);
  const up = place > 0;
  const commands = useCommands(roomId);
  const words = up ? t("hand.lower") : t("hand.raise");
  const Icon = up ? IconHandOff : IconHandStop;
  if (compact) {
    return (
      <ActionIcon
        color={up ? "violet" : "gray"}
        variant={up ? "filled" : "subtle"}
        aria-pressed={up}
        aria-label={t("hand.raise")}
        onClick={() => void commands.raiseHand(!up)}
      >
        <IconHandStop size={24} stroke={1.8} aria-hidden />
      </ActionIcon>
    );
  }
  return (
    <Button
      fullWidth
      size="sm"
      variant={up ? "filled" : "light"}
      leftSection={<Icon size={18} aria-hidden />}
      onClick={() => void commands.raiseHand(!up)}
    >
      {up ? t("hand.lowerAt", { words, place }) : words}
    </Button>
  );
}
