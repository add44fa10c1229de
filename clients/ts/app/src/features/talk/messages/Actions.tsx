// What may be done with a message: a menu whose first items are the reactions, so that all of it goes by arrow keys.
//
// Hosts find its author's mute and door in the same menu: two presses, without leaving the chat.
import { ActionIcon, Menu } from "@mantine/core";
import {
  IconArchive,
  IconArrowBackUp,
  IconDoorExit,
  IconDots,
  IconFlag,
  IconLink,
  IconMessages,
  IconPencil,
  IconPin,
  IconPinnedOff,
  IconTrash,
  IconVolumeOff,
} from "@tabler/icons-react";
import { type Message, MessageState } from "@trivium/client/proto";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { notifyError } from "../../../lib/notify";
import { aboutKeyOf, useAbouts } from "../model/about";
import { REACTIONS } from "../model/reactions";
import { useTalk } from "../model/talk";
import { useDoor } from "../people/useDoor";
import classes from "./messages.module.css";
import { ReportDialog } from "./ReportDialog";

const ICON = { size: 18, "aria-hidden": true } as const;

interface Props {
  readonly message: Message;
  readonly own: boolean;
}

export function Actions({ message, own }: Props) {
  const { t } = useTranslation("talk");
  const talk = useTalk();
  const [reporting, setReporting] = useState(false);
  const { ownId, hosts, me, commands, actions } = talk;
  const put = (emoji: string) => message.reactions.some((each) => each.emoji === emoji && each.userIds.includes(ownId));
  const key = aboutKeyOf(talk.roomId, talk.threadSeq);
  const { set } = useAbouts.getState();
  const pinned = message.pinTimeMs > 0n;
  const published = message.state === MessageState.UNSPECIFIED || message.state === MessageState.PUBLISHED;
  const sealed = message.sealed !== undefined;
  return (
    <>
      <Menu position="bottom-end" withInitialFocusPlaceholder={false} withinPortal>
        <Menu.Target>
          <ActionIcon
            className={classes.actions}
            size={36}
            color="gray"
            aria-label={t("action.menu", { name: message.authorNickname })}
          >
            <IconDots size={20} stroke={1.8} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {me !== undefined && (
            <>
              <div className={classes.faces}>
                {REACTIONS.map(({ emoji, name }) => (
                  <Menu.Item
                    key={emoji}
                    className={classes.emoji}
                    aria-label={t(name)}
                    title={t(name)}
                    data-put={put(emoji) || undefined}
                    onClick={() =>
                      void actions.react(message.seq, emoji, !put(emoji)).catch((error) => notifyError(error, "talk"))
                    }
                  >
                    {emoji}
                  </Menu.Item>
                ))}
              </div>
              <Menu.Divider />
              <Menu.Item
                leftSection={<IconArrowBackUp {...ICON} />}
                onClick={() => set(key, { kind: "reply", seq: message.seq })}
              >
                {t("action.reply")}
              </Menu.Item>
              {talk.openThread !== undefined && !sealed && message.threadSeq === 0n && (
                <Menu.Item leftSection={<IconMessages {...ICON} />} onClick={() => talk.openThread?.(message.seq)}>
                  {t("action.thread")}
                </Menu.Item>
              )}
            </>
          )}
          {talk.linkOf !== undefined && (
            <Menu.Item
              leftSection={<IconLink {...ICON} />}
              onClick={() => void navigator.clipboard?.writeText(talk.linkOf?.(message.seq) ?? "").catch(notifyError)}
            >
              {t("action.link")}
            </Menu.Item>
          )}
          {hosts && (
            <Menu.Item
              leftSection={pinned ? <IconPinnedOff {...ICON} /> : <IconPin {...ICON} />}
              onClick={() => void commands.pin(message.seq, !pinned)}
            >
              {t(pinned ? "action.unpin" : "action.pin")}
            </Menu.Item>
          )}
          {own && !sealed && (
            <Menu.Item
              leftSection={<IconPencil {...ICON} />}
              onClick={() => set(key, { kind: "edit", seq: message.seq, text: message.text })}
            >
              {t("action.edit")}
            </Menu.Item>
          )}
          {!own && me !== undefined && (
            <Menu.Item leftSection={<IconFlag {...ICON} />} onClick={() => setReporting(true)}>
              {t("action.report")}
            </Menu.Item>
          )}
          {hosts && !own && published && (
            <Menu.Item
              leftSection={<IconArchive {...ICON} />}
              onClick={() => void commands.resolve(message.seq, MessageState.ARCHIVED)}
            >
              {t("action.archive")}
            </Menu.Item>
          )}
          {(own || hosts) && (
            <Menu.Item
              className={classes.danger}
              leftSection={<IconTrash {...ICON} />}
              onClick={() => void actions.remove(message.seq).catch((error) => notifyError(error, "talk"))}
            >
              {t("action.delete")}
            </Menu.Item>
          )}
          {hosts && !own && <AuthorItems message={message} />}
        </Menu.Dropdown>
      </Menu>
      {reporting && <ReportDialog message={message} onClose={() => setReporting(false)} />}
    </>
  );
}

/** The author's mute and door; not for those who run the room. */
function AuthorItems({ message }: { message: Message }) {
  const { t } = useTranslation("talk");
  const { members, commands } = useTalk();
  const door = useDoor(commands);
  const author = members.get(message.authorId);
  if (author === undefined || !door.mayTouch(author)) return null;
  const name = author.nickname;
  return (
    <>
      <Menu.Divider />
      <Menu.Item
        className={classes.danger}
        leftSection={<IconVolumeOff {...ICON} />}
        onClick={() => void door.quickMute(author)}
      >
        {t("action.mute", { name })}
      </Menu.Item>
      <Menu.Item
        className={classes.danger}
        leftSection={<IconDoorExit {...ICON} />}
        onClick={() => void door.remove(author, "")}
      >
        {t("action.remove", { name })}
      </Menu.Item>
    </>
  );
}
