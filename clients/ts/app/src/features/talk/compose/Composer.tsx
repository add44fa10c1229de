// The field to write in, with what is in the way of writing, and what is about to be sent with it.
//
// Neighbours: `Field` is the text with its suggestions, `useFiles` uploads, `Obstacles` says why nothing can be written.
import { ActionIcon, FileButton } from "@mantine/core";
import { IconPaperclip, IconSend, IconX } from "@tabler/icons-react";
import type { ChatMessage } from "@trivium/client";
import { useClock, useCountdown, useDraft } from "@trivium/client/react";
import { type ClipboardEvent, type DragEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { notifyError } from "../../../lib/notify";
import { aboutKeyOf, useAbouts } from "../model/about";
import { obstacleTo, slowUntil } from "../model/obstacle";
import { useTalk } from "../model/talk";
import classes from "./compose.module.css";
import { Field } from "./Field";
import { FileTray } from "./FileTray";
import { ObstacleNote } from "./ObstacleNote";
import { useFiles } from "./useFiles";

/** Longest message of the wire, and from where on its length is told. */
export const LONGEST = 4000;
const TELL_FROM = 3500;

interface Props {
  readonly entries: readonly ChatMessage[];
  /** Puts the cursor into the field at once. */
  readonly focus?: boolean;
  /** Without files: in sealed conversations. */
  readonly plain?: boolean;
  readonly label?: string;
}

export function Composer({ entries, focus = false, plain = false, label }: Props) {
  const { t } = useTranslation("talk");
  const talk = useTalk();
  const { room, me, actions, threadSeq } = talk;
  const [draft, setDraft] = useDraft(talk.roomId, threadSeq);
  const key = aboutKeyOf(talk.roomId, threadSeq);
  const about = useAbouts((all) => all.abouts.get(key));
  const setAbout = useAbouts((all) => all.set);
  const files = useFiles(talk.roomId);
  const field = useRef<HTMLTextAreaElement>(null);
  const [over, setOver] = useState(false);
  const now = useClock().now();
  const muteEnds = Number(me?.mute?.expireTimeMs ?? 0n);
  // Draws again when a mute ends.
  useCountdown(muteEnds === 0 ? undefined : muteEnds, { stepMs: 1000 });
  const lastOwn = entries.findLast(({ message, status }) => status !== "failed" && message.authorId === talk.ownId);
  const wait = useCountdown(slowUntil(room?.slowModeMs ?? 0, me, lastOwn?.message.sendTimeMs)) ?? 0;
  const editing = about?.kind === "edit" ? about : undefined;
  const written = editing?.text ?? draft;
  const aboutSeq = about?.seq;
  const aboutKind = about?.kind;
  // Whoever picked "reply" or "edit" goes on by typing.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another message to edit is another reason
  useEffect(() => {
    if (aboutKind !== undefined || focus) field.current?.focus();
  }, [aboutKind, aboutSeq, focus]);

  const obstacle = obstacleTo(room, me, now);
  if (obstacle !== undefined) return <ObstacleNote obstacle={obstacle} />;

  const text = written.trim();
  const slowed = wait > 0 && editing === undefined;
  const ready = editing === undefined ? !files.busy && !slowed && (text !== "" || files.done.length > 0) : text !== "";
  const send = () => {
    if (!ready) return;
    setAbout(key, undefined);
    actions.setTyping(false);
    if (editing !== undefined) {
      // A refused edit comes back, to be tried again.
      actions.edit(editing.seq, text).catch((error) => {
        setAbout(key, editing);
        void notifyError(error, "talk");
      });
      return;
    }
    setDraft("");
    const attachments = files.take();
    // The message itself shows that it failed.
    actions.send(text, { replyTo: about?.seq ?? 0n, threadSeq, attachments }).catch(() => {});
  };
  const editLast = () => {
    const last = entries.findLast(
      ({ message, status }) =>
        status === "saved" && message.authorId === talk.ownId && message.deleteTimeMs === 0n && message.text !== "",
    );
    if (last !== undefined) setAbout(key, { kind: "edit", seq: last.message.seq, text: last.message.text });
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    if (!plain) files.add([...event.dataTransfer.files]);
  };
  const paste = (event: ClipboardEvent) => {
    const pasted = [...event.clipboardData.files];
    if (plain || pasted.length === 0) return;
    event.preventDefault();
    files.add(pasted);
  };
  const quoted = entries.find(({ message, status }) => status === "saved" && message.seq === about?.seq)?.message;
  return (
    <form
      className={classes.composer}
      data-over={over || undefined}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      onDragOver={(event) => {
        if (plain || !event.dataTransfer.types.includes("Files")) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
      onPaste={paste}
    >
      {about !== undefined && (
        <p className={classes.about}>
          <span>
            <b>
              {editing === undefined
                ? t("compose.replying", { name: quoted?.authorNickname ?? "" })
                : t("compose.editing")}
            </b>{" "}
            <bdi>{quoted?.text}</bdi>
          </span>
          <ActionIcon size={36} color="gray" aria-label={t("compose.cancel")} onClick={() => setAbout(key, undefined)}>
            <IconX size={18} aria-hidden />
          </ActionIcon>
        </p>
      )}
      <FileTray files={files} />
      <div className={classes.write}>
        {!plain && (
          <FileButton onChange={(picked) => files.add(picked)} multiple>
            {(props) => (
              <ActionIcon {...props} color="gray" aria-label={t("compose.attach")}>
                <IconPaperclip size={22} stroke={1.8} aria-hidden />
              </ActionIcon>
            )}
          </FileButton>
        )}
        <Field
          ref={field}
          label={label ?? t("compose.write")}
          value={written}
          longest={LONGEST}
          onChange={(fresh) => {
            if (editing === undefined) setDraft(fresh);
            else setAbout(key, { ...editing, text: fresh });
            actions.setTyping(fresh !== "");
          }}
          onSend={send}
          onCancel={about === undefined ? undefined : () => setAbout(key, undefined)}
          onEditLast={about === undefined ? editLast : undefined}
        />
        <ActionIcon
          type="submit"
          variant="filled"
          aria-label={slowed ? t("compose.slow", { count: wait }) : t("compose.send")}
          disabled={!ready}
        >
          {slowed ? <span className="tabular">{wait}</span> : <IconSend size={20} stroke={1.8} aria-hidden />}
        </ActionIcon>
      </div>
      <p className={classes.foot} aria-live="off">
        {slowed && <span>{t("compose.slow", { count: wait })}</span>}
        {written.length >= TELL_FROM && (
          <span className="tabular" data-full={written.length >= LONGEST || undefined}>
            {t("compose.length", { n: written.length, most: LONGEST })}
          </span>
        )}
      </p>
    </form>
  );
}
