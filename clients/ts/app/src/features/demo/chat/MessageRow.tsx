// One message: who, when, what, how far it got, its reactions, and what may be done with it.
import { ActionIcon, Menu } from "@mantine/core";
import { IconArrowBackUp, IconMoodPlus, IconPencil, IconTrash } from "@tabler/icons-react";
import type { ChatMessage } from "@trivium/client";
import { type Message, Role } from "@trivium/client/proto";
import { type ChatHook, useRoom } from "@trivium/client/react";
import { useTranslation } from "react-i18next";
import { Avatar } from "../../../components/Avatar";
import { RichText } from "../../../components/RichText";
import { notifyError } from "../../../lib/notify";
import { useDesk } from "../model/desk";
import { REACTIONS } from "../model/reactions";
import classes from "./chat.module.css";
import { SendState } from "./SendState";

/** Messages of one author within this long stand together, in milliseconds. */
const TOGETHER_MS = 120_000n;

interface Props {
  readonly entry: ChatMessage;
  readonly before: ChatMessage | undefined;
  readonly chat: ChatHook;
  readonly roomId: string;
}

export function MessageRow({ entry, before, chat, roomId }: Props) {
  const { t, i18n } = useTranslation("demo");
  const { message, status } = entry;
  const { own, avatar } = useRoom(roomId, ({ me, members }) => ({
    own: me !== undefined && me.userId === message.authorId,
    avatar: members.get(message.authorId)?.avatar || message.authorId,
  }));
  const gone = message.deleteTimeMs > 0n;
  const follows =
    before?.message.authorId === message.authorId && message.sendTimeMs - before.message.sendTimeMs < TOGETHER_MS;
  const time = new Date(Number(message.sendTimeMs));
  return (
    <article className={classes.row} data-own={own || undefined} data-follows={follows || undefined}>
      <span className={classes.face}>{!follows && <Avatar seed={avatar} size={34} />}</span>
      <div className={classes.bubble}>
        <p className={classes.author} data-hidden={follows || undefined}>
          <bdi>{message.authorNickname}</bdi>
        </p>
        {message.replyTo > 0n && !gone && <Quote seq={message.replyTo} chat={chat} />}
        <div className={classes.text} data-gone={gone || undefined} dir="auto">
          {gone ? t("chat.deleted") : <RichText text={message.text} />}
        </div>
        <p className={classes.meta}>
          <time dateTime={time.toISOString()}>
            {time.toLocaleTimeString(i18n.language, { hour: "2-digit", minute: "2-digit" })}
          </time>
          {message.editTimeMs > 0n && !gone && <span>{t("chat.edited")}</span>}
          {own && <SendState entry={entry} chat={chat} />}
        </p>
        {!gone && <Reactions message={message} chat={chat} roomId={roomId} />}
      </div>
      {status === "saved" && !gone && <Actions message={message} own={own} chat={chat} roomId={roomId} />}
    </article>
  );
}

function Quote({ seq, chat }: { seq: bigint; chat: ChatHook }) {
  const { t } = useTranslation("demo");
  const quoted = chat.messages.find(({ message }) => message.seq === seq)?.message;
  return (
    <blockquote className={classes.quote}>
      {quoted === undefined ? (
        t("chat.quoteFar")
      ) : (
        <>
          <b>
            <bdi>{quoted.authorNickname}</bdi>
          </b>{" "}
          <bdi>{quoted.deleteTimeMs > 0n ? t("chat.deleted") : quoted.text}</bdi>
        </>
      )}
    </blockquote>
  );
}

function Reactions({ message, chat, roomId }: { message: Message; chat: ChatHook; roomId: string }) {
  const { t } = useTranslation("demo");
  const { ownId, members } = useRoom(roomId, ({ me, members }) => ({ ownId: me?.userId ?? "", members }));
  if (message.reactions.length === 0) return null;
  return (
    <ul className={classes.reactions}>
      {message.reactions.map(({ emoji, count, userIds }) => {
        const mine = userIds.includes(ownId);
        const names = userIds.map((id) => members.get(id)?.nickname ?? "?").join(", ");
        return (
          <li key={emoji}>
            <button
              type="button"
              aria-pressed={mine}
              title={names}
              aria-label={t("chat.reacted", { emoji, count, names })}
              onClick={() => void chat.react(message.seq, emoji, !mine).catch(notifyError)}
            >
              {emoji} <span className="tabular">{count}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

interface ActionProps {
  readonly message: Message;
  readonly own: boolean;
  readonly chat: ChatHook;
  readonly roomId: string;
}

/** A menu whose first items are the reactions: all of it goes by arrow keys. */
function Actions({ message, own, chat, roomId }: ActionProps) {
  const { t } = useTranslation("demo");
  const { hosts, ownId } = useRoom(roomId, ({ me }) => ({
    hosts: me?.role === Role.HOST || me?.role === Role.CO_HOST,
    ownId: me?.userId ?? "",
  }));
  const { drafts, setDraft } = useDesk();
  const text = drafts[roomId]?.text ?? "";
  const put = (emoji: string) => message.reactions.some((each) => each.emoji === emoji && each.userIds.includes(ownId));
  return (
    <Menu position="bottom-end" withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <ActionIcon
          className={classes.actions}
          size={36}
          color="gray"
          aria-label={t("chat.actions", { name: message.authorNickname })}
        >
          <IconMoodPlus size={20} stroke={1.8} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={classes.faces}>
          {REACTIONS.map(({ emoji, name }) => (
            <Menu.Item
              key={emoji}
              className={classes.emoji}
              aria-label={t(name)}
              title={t(name)}
              onClick={() => void chat.react(message.seq, emoji, !put(emoji)).catch(notifyError)}
            >
              {emoji}
            </Menu.Item>
          ))}
        </div>
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconArrowBackUp size={18} aria-hidden />}
          onClick={() => setDraft(roomId, { text, replyTo: String(message.seq) })}
        >
          {t("chat.reply")}
        </Menu.Item>
        {own && (
          <Menu.Item
            leftSection={<IconPencil size={18} aria-hidden />}
            onClick={() => setDraft(roomId, { text: message.text, edits: String(message.seq) })}
          >
            {t("chat.edit")}
          </Menu.Item>
        )}
        {(own || hosts) && (
          <Menu.Item
            color="red"
            className={classes.delete}
            leftSection={<IconTrash size={18} aria-hidden />}
            onClick={() => void chat.remove(message.seq).catch(notifyError)}
          >
            {t("chat.delete")}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
