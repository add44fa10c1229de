// Rooms and conversations as people think of them: the last word, when it was, and what is unread.
//
// Neighbours: `NewConversation` begins one, `FoundRooms` are those that one can come in to.
import { ActionIcon, Menu, TextInput, UnstyledButton } from "@mantine/core";
import { IconArchive, IconArchiveOff, IconDotsVertical, IconLock, IconSearch } from "@tabler/icons-react";
import { type Room, RoomKind, RoomService } from "@trivium/client/proto";
import { type ConversationRow, type ConversationsHook, useSession } from "@trivium/client/react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Avatar } from "../../../components/Avatar";
import { sentenceFor } from "../../../lib/failure";
import { worked } from "../model/commands";
import { shortTime } from "../model/format";
import classes from "./conversations.module.css";
import { FoundRooms } from "./FoundRooms";
import { titleOf } from "./titles";

interface Props {
  readonly conversations: ConversationsHook;
  /** The one that is open; empty for none. */
  readonly roomId: string;
  readonly ownId: string;
  onOpen(roomId: string): void;
  /** Beside the search. */
  readonly children?: ReactNode;
}

export function ConversationList({ conversations, roomId, ownId, onOpen, children }: Props) {
  const { t } = useTranslation("talk");
  const [search, setSearch] = useState("");
  const [archived, setArchived] = useState(false);
  const { rows, error, loading, refresh } = conversations;
  const wanted = search.trim().toLocaleLowerCase();
  const fitting = rows.filter(
    (each) =>
      (wanted === "" || titleOf(each, ownId).toLocaleLowerCase().includes(wanted)) && archived === isArchived(each),
  );
  const shelved = rows.filter(isArchived).length;
  return (
    <>
      <div className={classes.top}>
        <TextInput
          className={classes.search ?? ""}
          type="search"
          aria-label={t("rooms.search")}
          placeholder={t("rooms.search")}
          leftSection={<IconSearch size={16} aria-hidden />}
          maxLength={100}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        {children}
      </div>
      {error !== undefined && <p className={classes.bad}>{sentenceFor(error, "talk")}</p>}
      {rows.length === 0 && !loading && <p className={classes.hint}>{t("rooms.none")}</p>}
      <ul className={classes.list} aria-label={t("rooms.list")}>
        {fitting.map((each) => (
          <li key={each.roomId} className={classes.item}>
            <Entry row={each} open={each.roomId === roomId} ownId={ownId} onOpen={onOpen} />
            <Shelf room={each.room} onDone={() => void refresh()} />
          </li>
        ))}
      </ul>
      {wanted !== "" && (
        <FoundRooms query={search.trim()} known={rows} onOpen={onOpen} onJoined={() => void refresh()} />
      )}
      {(shelved > 0 || archived) && (
        <UnstyledButton className={classes.shelf} onClick={() => setArchived(!archived)}>
          {archived ? t("rooms.present") : t("rooms.archived", { count: shelved })}
        </UnstyledButton>
      )}
    </>
  );
}

function isArchived({ room }: ConversationRow): boolean {
  return room.archiveTimeMs > 0n;
}

interface EntryProps {
  readonly row: ConversationRow;
  readonly open: boolean;
  readonly ownId: string;
  onOpen(roomId: string): void;
}

function Entry({ row, open, ownId, onOpen }: EntryProps) {
  const { t, i18n } = useTranslation("talk");
  const { roomId: id, room, lastMessage: last, unread, others } = row;
  const { messageCount: messages, mentionCount: mentions } = unread;
  const talk = room.kind === RoomKind.CONVERSATION;
  const words =
    last === undefined
      ? t("rooms.quiet")
      : last.deleteTimeMs > 0n
        ? t("message.deleted")
        : last.sealed !== undefined
          ? t("sealed.isSealed")
          : last.text || t("rooms.noText");
  return (
    <UnstyledButton
      className={classes.entry}
      aria-current={open || undefined}
      data-unread={messages > 0 || undefined}
      onClick={() => onOpen(id)}
    >
      <Avatar seed={(talk && others[0]?.avatar) || others[0]?.userId || id} size={38} />
      <span className={classes.words}>
        <span className={classes.head}>
          <span className={classes.name}>
            {room.endToEnd && <IconLock size={15} role="img" aria-label={t("sealed.sealed")} />}
            <bdi>{titleOf(row, ownId)}</bdi>
          </span>
          {last !== undefined && <time>{shortTime(last.sendTimeMs, Date.now(), i18n.language)}</time>}
        </span>
        <span className={classes.last}>
          <span dir="auto">
            {last !== undefined && last.authorId !== ownId && <b>{last.authorNickname}: </b>}
            {words}
          </span>
          {mentions > 0 && (
            <span className={classes.badge} data-mention>
              <span aria-hidden="true">@{mentions > 99 ? "99+" : mentions}</span>
              <span className="visually-hidden">{t("rooms.mentions", { count: mentions })}</span>
            </span>
          )}
          {messages > 0 && (
            <span className={classes.badge}>
              <span aria-hidden="true">{messages > 99 ? "99+" : messages}</span>
              <span className="visually-hidden">{t("rooms.unread", { count: messages })}</span>
            </span>
          )}
        </span>
      </span>
    </UnstyledButton>
  );
}

/** Into the archive, and out of it. */
function Shelf({ room, onDone }: { room: Room; onDone: () => void }) {
  const { t } = useTranslation("talk");
  const rooms = useSession().client(RoomService);
  const archived = room.archiveTimeMs === 0n;
  const move = async () => {
    if (await worked(rooms.updateRoom({ roomId: room.id, archived }))) onDone();
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon
          className={classes.more}
          color="gray"
          size={28}
          aria-label={t("rooms.menu", { title: room.title || room.id })}
        >
          <IconDotsVertical size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={archived ? <IconArchive size={18} aria-hidden /> : <IconArchiveOff size={18} aria-hidden />}
          onClick={() => void move()}
        >
          {t(archived ? "rooms.archive" : "rooms.unarchive")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
