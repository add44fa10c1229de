// One message: who, when, what, how far it got, its reactions and its thread.
//
// Neighbours: `Content` is what was said, `Actions` what may be done about it, `SendState` how far an own one got.
import { UnstyledButton } from "@mantine/core";
import { IconMessages, IconPinFilled } from "@tabler/icons-react";
import type { ChatMessage } from "@trivium/client";
import type { Message } from "@trivium/client/proto";
import { useTranslation } from "react-i18next";
import { Avatar } from "../../../components/Avatar";
import { momentOf, shortTime, timeOf } from "../model/format";
import { means } from "../model/mentions";
import { useTalk } from "../model/talk";
import { Actions } from "./Actions";
import { Content } from "./Content";
import { Edits } from "./Edits";
import { Marks } from "./Marks";
import classes from "./messages.module.css";
import { Reactions } from "./Reactions";
import { SendState } from "./SendState";

/** Messages of one author within this long stand together, in milliseconds. */
const TOGETHER_MS = 120_000n;

interface Props {
  readonly entry: ChatMessage;
  readonly before: ChatMessage | undefined;
  /** Those that a reply may quote. */
  readonly quotable: readonly ChatMessage[];
  /** Just jumped to. */
  readonly lit?: boolean;
}

/** Whether a message goes on with what its author has just said. */
export function follows(entry: ChatMessage, before: ChatMessage | undefined): boolean {
  const { message } = entry;
  return before?.message.authorId === message.authorId && message.sendTimeMs - before.message.sendTimeMs < TOGETHER_MS;
}

export function MessageRow({ entry, before, quotable, lit = false }: Props) {
  const { t, i18n } = useTranslation("talk");
  const talk = useTalk();
  const { message, status } = entry;
  const own = talk.ownId !== "" && talk.ownId === message.authorId;
  const gone = message.deleteTimeMs > 0n;
  const together = follows(entry, before);
  const sent = Number(message.sendTimeMs);
  return (
    <article
      id={status === "saved" ? idOf(message) : undefined}
      tabIndex={-1}
      className={classes.row}
      data-own={own || undefined}
      data-follows={together || undefined}
      data-means={(!gone && means(message, talk.ownId)) || undefined}
      data-lit={lit || undefined}
    >
      <span className={classes.face}>
        {!together && <Avatar seed={talk.members.get(message.authorId)?.avatar || message.authorId} size={34} />}
      </span>
      <div className={classes.bubble}>
        <p className={classes.author} data-hidden={together || undefined}>
          <bdi>{message.authorNickname}</bdi>
        </p>
        {message.replyTo > 0n && !gone && <Quote seq={message.replyTo} quotable={quotable} />}
        {gone ? <p className={classes.gone}>{t("message.deleted")}</p> : <Content entry={entry} />}
        {!gone && <Marks message={message} />}
        <p className={classes.meta}>
          {message.pinTimeMs > 0n && !gone && (
            <span className={classes.state}>
              <IconPinFilled size={14} aria-hidden /> {t("message.pinned")}
            </span>
          )}
          <time dateTime={new Date(sent).toISOString()} title={momentOf(sent, i18n.language)}>
            {timeOf(sent, i18n.language)}
          </time>
          {message.editTimeMs > 0n && !gone && <Edits message={message} />}
          {own && <SendState entry={entry} />}
        </p>
        {!gone && <Reactions message={message} />}
        {message.threadCount > 0 && talk.openThread !== undefined && <ThreadButton message={message} />}
      </div>
      {status === "saved" && !gone && <Actions message={message} own={own} />}
    </article>
  );
}

/** The element of a message, to move to. */
export function idOf(message: Pick<Message, "seq">): string {
  return `message-${message.seq}`;
}

function Quote({ seq, quotable }: { seq: bigint; quotable: readonly ChatMessage[] }) {
  const { t } = useTranslation("talk");
  const { jump } = useTalk();
  const quoted = quotable.find(({ message, status }) => status === "saved" && message.seq === seq)?.message;
  const words =
    quoted === undefined ? t("message.quoteFar") : quoted.deleteTimeMs > 0n ? t("message.deleted") : quoted.text;
  return (
    <blockquote className={classes.quote}>
      <UnstyledButton className={classes.quoteButton} onClick={() => jump(seq)}>
        {quoted !== undefined && (
          <b>
            <bdi>{quoted.authorNickname}</bdi>{" "}
          </b>
        )}
        <bdi>{words}</bdi>
        <span className="visually-hidden"> {t("message.toQuoted")}</span>
      </UnstyledButton>
    </blockquote>
  );
}

function ThreadButton({ message }: { message: Message }) {
  const { t, i18n } = useTranslation("talk");
  const { openThread } = useTalk();
  const { threadCount: count, threadTimeMs: last } = message;
  return (
    <UnstyledButton className={classes.thread} onClick={() => openThread?.(message.seq)}>
      <IconMessages size={16} aria-hidden />
      <b>{t("thread.count", { count })}</b>
      {last > 0n && <span>{t("thread.last", { time: shortTime(last, Date.now(), i18n.language) })}</span>}
    </UnstyledButton>
  );
}
