// The frame of the game on a phone: where one is, what is left of the time, and who one is. Its parts never change their size.
import { ActionIcon } from "@mantine/core";
import { IconDots, IconMessage } from "@tabler/icons-react";
import { type Member, Role, type Room } from "@trivium/client/proto";
import { useRoom } from "@trivium/client/react";
import { lazy, type ReactNode, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Avatar } from "../../components/Avatar";
import { ConnectionChip } from "../../components/ConnectionChip";
import { showNumber } from "./model/numbers";
import classes from "./PlayerFrame.module.css";

const SettingsDrawer = lazy(() => import("./drawers/SettingsDrawer"));
const ChatDrawer = lazy(() => import("./drawers/ChatDrawer"));
const HandButton = lazy(() => import("./HandButton"));

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
  const unread = useRoom(room.id, ({ receipts }) => receipts.unread.messageCount);
  const close = () => setOpen(undefined);
  // Whoever has to answer sees the answers: the chat waits until the question is over. What was typed is kept.
  const answering = phase === "OPEN";
  const chatting = open === "chat" && !answering;
  useEffect(() => {
    if (answering) setOpen((before) => (before === "chat" ? undefined : before));
  }, [answering]);
  const chatName = unread === 0 ? t("frame.chat") : t("frame.chatNew", { count: unread });
  return (
    <div className={classes.frame}>
      <header className={classes.header}>
        <span className={classes.where}>{place}</span>
        <span className={classes.timer}>{timer}</span>
        {me?.role === Role.MEMBER && (
          <span className={classes.hand}>
            <Suspense>
              <HandButton roomId={room.id} />
            </Suspense>
          </span>
        )}
        {room.chatEnabled && me !== undefined && (
          <ActionIcon
            color="gray"
            className={classes.chat}
            aria-label={answering ? `${chatName}, ${t("frame.chatLater")}` : chatName}
            aria-disabled={answering || undefined}
            onClick={() => {
              if (!answering) setOpen("chat");
            }}
          >
            <IconMessage size={24} stroke={1.8} />
            {unread > 0 && !chatting && <span className={classes.unread}>{unread > 9 ? "9+" : unread}</span>}
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
        {chatting && <ChatDrawer roomId={room.id} onClose={close} />}
      </Suspense>
    </div>
  );
}
