// Rooms: the own ones with what is unread in each, new ones, and others by code.
import { ActionIcon, Button, Menu, TextInput } from "@mantine/core";
import { IconDoor, IconMessagePlus, IconPlus } from "@tabler/icons-react";
import { RoomKind, RoomService } from "@trivium/client/proto";
import { useConnection, useConversations, useRoom, useSession, useUnread } from "@trivium/client/react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { isCode, normalCode } from "../../../lib/codes";
import { notifyError } from "../../../lib/notify";
import { ConversationList } from "../../talk/conversations/ConversationList";
import { NewConversation } from "../../talk/conversations/NewConversation";
import { useOpenRoom } from "../model/open-room";
import type { Panel } from "../model/panels";
import classes from "../parts/lists.module.css";

export const panel: Panel = {
  id: "rooms",
  place: "left",
  order: 10,
  title: "panel.rooms",
  Icon: IconDoor,
  Component: Rooms,
  roomless: true,
};

const KIND = {
  [RoomKind.UNSPECIFIED]: "kind.quiz",
  [RoomKind.QUIZ]: "kind.quiz",
  [RoomKind.CLASSROOM]: "kind.classroom",
  [RoomKind.STUDY_GROUP]: "kind.studyGroup",
  [RoomKind.CHANNEL]: "kind.channel",
  [RoomKind.CONVERSATION]: "kind.conversation",
  // Nobody sees these three as rooms.
  [RoomKind.INBOX]: "kind.conversation",
  [RoomKind.SYSTEM]: "kind.conversation",
  [RoomKind.KEYS]: "kind.conversation",
} as const;

function Rooms() {
  const { guest } = useOpenRoom();
  return guest ? <SeatedRoom /> : <OwnRooms />;
}

/** A guest has one room, and a form to go to another. */
function SeatedRoom() {
  const { t } = useTranslation("demo");
  const { roomId, open } = useOpenRoom();
  const room = useRoom(roomId, (state) => state.room);
  const { count } = useUnread(roomId);
  return (
    <>
      {room !== undefined && (
        <button type="button" className={classes.entry} aria-current onClick={() => open(room.id)}>
          <span className={classes.name}>
            <bdi>{room.title || room.id}</bdi>
          </span>
          <span className={classes.sub}>{t(KIND[room.kind])}</span>
          {count > 0 && (
            <span className={classes.unread}>
              <span aria-hidden="true">{count}</span>
              <span className="visually-hidden">{t("rooms.unread", { count })}</span>
            </span>
          )}
        </button>
      )}
      <ByCode />
    </>
  );
}

function OwnRooms() {
  const { roomId, open } = useOpenRoom();
  const { members, ownId } = useRoom(roomId, ({ members, me }) => ({ members, ownId: me?.userId ?? "" }));
  const userId = useConnection((connection) => connection.userId);
  const conversations = useConversations();
  const [beginning, setBeginning] = useState(false);
  const people = [...members.values()].filter((each) => each.userId !== ownId && !each.guest);
  const again = () => void conversations.refresh();
  return (
    <>
      <ConversationList conversations={conversations} roomId={roomId} ownId={userId} onOpen={open}>
        <NewRoom onMade={again} onConversation={() => setBeginning(true)} />
      </ConversationList>
      <ByCode onIn={again} />
      {beginning && (
        <NewConversation
          people={people}
          onClose={() => setBeginning(false)}
          onOpened={(id) => {
            again();
            open(id);
          }}
        />
      )}
    </>
  );
}

/** Makes a room at once; its name can be changed later. */
function NewRoom({ onMade, onConversation }: { onMade: () => void; onConversation: () => void }) {
  const { t } = useTranslation("demo");
  const session = useSession();
  const { open } = useOpenRoom();
  const [busy, setBusy] = useState(false);
  const make = async (kind: RoomKind.CHANNEL | RoomKind.CLASSROOM) => {
    setBusy(true);
    try {
      const { room } = await session.client(RoomService).createRoom({
        kind,
        title: t(KIND[kind]),
        // A channel is for everybody to find.
        listed: kind === RoomKind.CHANNEL,
      });
      onMade();
      open(room?.id ?? "");
    } catch (error) {
      void notifyError(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="light" aria-label={t("rooms.new")} loading={busy}>
          <IconPlus size={20} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {([RoomKind.CHANNEL, RoomKind.CLASSROOM] as const).map((kind) => (
          <Menu.Item key={kind} leftSection={<IconDoor size={18} aria-hidden />} onClick={() => void make(kind)}>
            {t(KIND[kind])}
          </Menu.Item>
        ))}
        <Menu.Item leftSection={<IconMessagePlus size={18} aria-hidden />} onClick={onConversation}>
          {t("rooms.newConversation")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** Accounts join with what they are; a guest opens the page anew with the other code. */
function ByCode({ onIn }: { onIn?: () => void }) {
  const { t } = useTranslation("demo");
  const session = useSession();
  const { open, guest } = useOpenRoom();
  const [, navigate] = useLocation();
  const [code, setCode] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!isCode(code)) return;
    if (guest) return navigate(`/demo-realtime?code=${normalCode(code)}`);
    setBusy(true);
    try {
      const { roomId } = await session.client(RoomService).joinRoom({ joinCode: normalCode(code) });
      setCode("");
      onIn?.();
      open(roomId);
    } catch (error) {
      void notifyError(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className={classes.code} onSubmit={(event) => void submit(event)}>
      <TextInput
        size="md"
        aria-label={t("rooms.code")}
        placeholder={t("rooms.code")}
        value={code}
        maxLength={16}
        autoComplete="off"
        autoCapitalize="characters"
        spellCheck={false}
        onChange={(event) => setCode(event.currentTarget.value.toUpperCase())}
      />
      <Button type="submit" size="sm" variant="default" loading={busy} disabled={!isCode(code)}>
        {t("rooms.join")}
      </Button>
    </form>
  );
}
