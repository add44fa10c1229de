// The chat beside the game: read, answer, take messages away, open and close it for players.

import { ActionIcon, Button, Switch, TextInput } from "@mantine/core";
import { IconSend, IconTrash } from "@tabler/icons-react";
import type { ChatMessage } from "@trivium/client";
import { RoomService } from "@trivium/client/proto";
import { type ChatHook, useChat } from "@trivium/client/react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { nameOf } from "../model/people";
import { showFailure } from "../room/failure";
import { useGame } from "../room/useGame";
import classes from "./panels.module.css";
import { SidePanel } from "./SidePanel";

/** Most names of those who are typing. */
const MAX_TYPING = 3;

/** The panel. */
export function Chat({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("host");
  const { roomId, room, run, session, hosts } = useGame();
  const chat = useChat(roomId);
  const enabled = room.room?.chatEnabled ?? false;
  return (
    <SidePanel title={t("chat.heading")} onClose={onClose} foot={<Write chat={chat} />}>
      {hosts && (
        <Switch
          size="md"
          label={t("chat.enable")}
          checked={enabled}
          onChange={(event) => {
            const chatEnabled = event.currentTarget.checked;
            void run(() => session.client(RoomService).updateRoom({ roomId, chatEnabled }));
          }}
        />
      )}
      {chat.more && (
        <Button variant="default" onClick={() => void chat.loadOlder().catch(showFailure)}>
          {t("chat.older")}
        </Button>
      )}
      <Messages chat={chat} />
    </SidePanel>
  );
}

function Messages({ chat }: { chat: ChatHook }) {
  const { t } = useTranslation("host");
  const end = useRef<HTMLLIElement>(null);
  const newest = chat.messages.at(-1)?.key;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new message is what scrolls to the end
  useEffect(() => {
    end.current?.scrollIntoView({ block: "nearest" });
  }, [newest]);
  if (chat.messages.length === 0) return <p className={classes.hint}>{t("chat.empty")}</p>;
  return (
    <div role="log" aria-label={t("chat.heading")}>
      <ol className={classes.messages}>
        {chat.messages.map((entry, n) => (
          <li key={entry.key} className={classes.message} ref={n === chat.messages.length - 1 ? end : undefined}>
            <MessageView entry={entry} chat={chat} />
          </li>
        ))}
      </ol>
    </div>
  );
}

function MessageView({ entry, chat }: { entry: ChatMessage; chat: ChatHook }) {
  const { t, i18n } = useTranslation("host");
  const { hosts } = useGame();
  const { message, status } = entry;
  const gone = message.deleteTimeMs > 0n;
  const time = new Date(Number(message.sendTimeMs));
  return (
    <>
      <span className={classes.author}>
        <bdi>{message.authorNickname}</bdi>
        <time dateTime={time.toISOString()}>
          {time.toLocaleTimeString(i18n.language, { hour: "2-digit", minute: "2-digit" })}
        </time>
      </span>
      <span className={classes.text} data-gone={gone || undefined} dir="auto">
        {gone ? t("chat.deleted") : message.text}
      </span>
      {status === "sending" && <span className={classes.hint}>{t("chat.sending")}</span>}
      {status === "failed" && (
        <span className={classes.failed}>
          {t("chat.failed")}
          <Button size="compact-sm" variant="default" onClick={() => void chat.retry(entry.key).catch(showFailure)}>
            {t("chat.retry")}
          </Button>
        </span>
      )}
      {hosts && !gone && status === "saved" && (
        <button
          type="button"
          className={classes.delete}
          aria-label={t("chat.delete", { name: message.authorNickname })}
          onClick={() => void chat.remove(message.seq).catch(showFailure)}
        >
          <IconTrash size={18} stroke={1.8} aria-hidden />
        </button>
      )}
    </>
  );
}

function Write({ chat }: { chat: ChatHook }) {
  const { t } = useTranslation("host");
  const { room } = useGame();
  const [text, setText] = useState("");
  const names = [...chat.typing].slice(0, MAX_TYPING).map((userId) => nameOf(room, userId));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const said = text.trim();
    if (said === "") return;
    setText("");
    chat.send(said).catch(showFailure);
  };
  return (
    <form onSubmit={submit}>
      <p className={classes.typing} aria-live="off">
        {names.length > 0 && t("chat.typing", { count: names.length, names: names.join(", ") })}
      </p>
      <div className={classes.write}>
        <TextInput
          aria-label={t("chat.write")}
          placeholder={t("chat.write")}
          maxLength={4000}
          size="md"
          style={{ flex: 1 }}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            chat.setTyping(event.currentTarget.value !== "");
          }}
          autoComplete="off"
        />
        <ActionIcon type="submit" variant="filled" aria-label={t("chat.send")}>
          <IconSend size={20} stroke={1.8} aria-hidden />
        </ActionIcon>
      </div>
    </form>
  );
}
