// The field to write in. What is typed is a draft of the desk: no cut, reload or change of rooms loses it.
import { ActionIcon, Textarea } from "@mantine/core";
import { IconSend, IconX } from "@tabler/icons-react";
import { type ChatHook, useRoom } from "@trivium/client/react";
import { type KeyboardEvent, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { notifyError } from "../../../lib/notify";
import { NO_DRAFT, useDesk } from "../model/desk";
import classes from "./chat.module.css";

/** Longest message of the wire. */
const LONGEST = 4000;

export function Composer({ chat, roomId }: { chat: ChatHook; roomId: string }) {
  const { t } = useTranslation("demo");
  const draft = useDesk((desk) => desk.drafts[roomId]) ?? NO_DRAFT;
  const setDraft = useDesk((desk) => desk.setDraft);
  const field = useRef<HTMLTextAreaElement>(null);
  const { enabled, ownId } = useRoom(roomId, ({ room, me }) => ({
    enabled: room?.chatEnabled ?? false,
    ownId: me?.userId,
  }));
  const { replyTo, edits } = draft;
  const about = edits ?? replyTo;
  // Whoever picked "reply" or "edit" goes on by typing.
  useEffect(() => {
    if (about !== undefined) field.current?.focus();
  }, [about]);
  const send = () => {
    const text = draft.text.trim();
    if (text === "") return;
    setDraft(roomId, NO_DRAFT);
    chat.setTyping(false);
    if (edits !== undefined) {
      // A refused edit comes back, to be tried again.
      chat.edit(BigInt(edits), text).catch((error) => {
        setDraft(roomId, draft);
        void notifyError(error);
      });
    } else {
      // The message itself shows that it failed.
      chat.send(text, BigInt(replyTo ?? 0)).catch(() => {});
    }
  };
  const editLast = () => {
    const last = chat.messages.findLast(
      ({ message, status }) => status === "saved" && message.authorId === ownId && message.deleteTimeMs === 0n,
    );
    if (last !== undefined) setDraft(roomId, { text: last.message.text, edits: String(last.message.seq) });
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      send();
    } else if (event.key === "Escape" && about !== undefined) {
      setDraft(roomId, NO_DRAFT);
    } else if (event.key === "ArrowUp" && draft.text === "" && about === undefined) {
      event.preventDefault();
      editLast();
    }
  };
  if (!enabled) return <p className={classes.hint}>{t("chat.closed")}</p>;
  const quoted = chat.messages.find(({ message }) => String(message.seq) === about)?.message;
  return (
    <form
      className={classes.composer}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {about !== undefined && (
        <p className={classes.about}>
          <span>
            <b>
              {edits === undefined ? t("chat.replying", { name: quoted?.authorNickname ?? "" }) : t("chat.editing")}
            </b>{" "}
            <bdi>{quoted?.text}</bdi>
          </span>
          <ActionIcon size={36} color="gray" aria-label={t("chat.cancel")} onClick={() => setDraft(roomId, NO_DRAFT)}>
            <IconX size={18} aria-hidden />
          </ActionIcon>
        </p>
      )}
      <div className={classes.write}>
        <Textarea
          ref={field}
          aria-label={t("chat.write")}
          placeholder={t("chat.write")}
          rows={1}
          size="md"
          maxLength={LONGEST}
          className={classes.field}
          classNames={{ input: classes.input }}
          value={draft.text}
          onKeyDown={onKey}
          onChange={(event) => {
            const text = event.currentTarget.value;
            setDraft(roomId, { ...draft, text });
            chat.setTyping(text !== "");
          }}
        />
        <ActionIcon type="submit" variant="filled" aria-label={t("chat.send")}>
          <IconSend size={20} stroke={1.8} aria-hidden />
        </ActionIcon>
      </div>
    </form>
  );
}
