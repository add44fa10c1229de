// Messages above, who is typing, and the field to write in below.
import { useChat, useRoom } from "@trivium/client/react";
import { useTranslation } from "react-i18next";
import { PageLoading } from "../../../components/PageLoading";
import type { PanelProps } from "../model/panels";
import { Composer } from "./Composer";
import classes from "./chat.module.css";
import { MessageList } from "./MessageList";

/** Most names of those who are typing. */
const MOST_TYPING = 3;

export function Chat({ roomId }: PanelProps) {
  const { t } = useTranslation("demo");
  const chat = useChat(roomId);
  const { status, title, error } = useRoom(roomId, ({ status, room, error }) => ({
    status,
    title: room?.title,
    error,
  }));
  if (status === "loading") return <PageLoading />;
  if (status === "ended") return <p className={classes.hint}>{error?.rawMessage ?? t("chat.ended")}</p>;
  return (
    <div className={classes.chat}>
      <p className={classes.title}>
        <bdi>{title}</bdi>
      </p>
      <MessageList chat={chat} roomId={roomId} />
      <Typing chat={chat} roomId={roomId} />
      <Composer chat={chat} roomId={roomId} />
    </div>
  );
}

function Typing({ chat, roomId }: { chat: ReturnType<typeof useChat>; roomId: string }) {
  const { t } = useTranslation("demo");
  const members = useRoom(roomId, (room) => room.members);
  const names = [...chat.typing].slice(0, MOST_TYPING).map((id) => members.get(id)?.nickname ?? "?");
  return (
    <p className={classes.typing} aria-live="off">
      {names.length > 0 && t("chat.typing", { count: chat.typing.size, names: names.join(", ") })}
    </p>
  );
}
