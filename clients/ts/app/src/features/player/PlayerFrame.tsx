// The frame of the game on a phone: where one is, what is left of the time, and who one is. Its parts never change their size.
import { ActionIcon } from "@mantine/core";
import { IconDots, IconMessage } from "@tabler/icons-react";
import type { Member, Room } from "@trivium/client/proto";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { Avatar } from "../../components/Avatar";
import { ConnectionChip } from "../../components/ConnectionChip";
import { useUnread } from "./drawers/useUnread";
import { showNumber } from "./model/numbers";
import classes from "./PlayerFrame.module.css";

const SettingsDrawer = lazy(() => import("./drawers/SettingsDrawer"));
const ChatDrawer = lazy(() => import("./drawers/ChatDrawer"));

interface Props {
  room: Room;
  me: Member | undefined;
  /** Points and rank so far; absent before there are any. */
  score: { readonly points: number; readonly rank: number } | undefined;
  /** Where one is, such as `3 / 12`. */
  place: ReactNode;
  /** The state of the game, for whoever looks at the page from outside. */
  phase: string;
  /** The timer, in the states that have one. */
  timer?: ReactNode;
  onLeave(): void;
  children: ReactNode;
}

export function PlayerFrame({ room, me, score, place, phase, timer, onLeave, children }: Props) {
  const { t } = useTranslation("player");
  const [open, setOpen] = useState<"settings" | "chat">();
  const unread = useUnread(room.id, open === "chat");
  const close = () => setOpen(undefined);
  return (
    <div className={classes.frame}>
      <header className={classes.header}>
        <span className={classes.where}>{place}</span>
        <span className={classes.timer}>{timer}</span>
        {room.chatEnabled && me !== undefined && (
          <ActionIcon
            color="gray"
            className={classes.chat}
            aria-label={unread === 0 ? t("frame.chat") : t("frame.chatNew", { count: unread })}
            onClick={() => setOpen("chat")}
          >
            <IconMessage size={24} stroke={1.8} />
            {unread > 0 && <span className={classes.unread}>{unread > 9 ? "9+" : unread}</span>}
          </ActionIcon>
        )}
        <ActionIcon color="gray" aria-label={t("frame.menu")} onClick={() => setOpen("settings")}>
          <IconDots size={24} stroke={1.8} />
        </ActionIcon>
      </header>
      <main className={classes.main} data-phase={phase}>
        {children}
      </main>
      <footer className={classes.footer}>
        {me !== undefined && (
          <>
            <Avatar seed={me.avatar || me.userId} size={36} />
            <span className={classes.name}>
              <strong>{me.nickname}</strong>
              {me.team !== "" && <small>{me.team}</small>}
            </span>
          </>
        )}
        <ConnectionChip compact />
        <span className={classes.score}>
          {score !== undefined && (
            <>
              <strong>{showNumber(score.points)}</strong>
              {score.rank > 0 && <small>{t("frame.rank", { rank: score.rank })}</small>}
            </>
          )}
        </span>
      </footer>
      <Suspense>
        {open === "settings" && <SettingsDrawer room={room} me={me} onClose={close} onLeave={onLeave} />}
        {open === "chat" && <ChatDrawer roomId={room.id} onClose={close} />}
      </Suspense>
    </div>
  );
}
