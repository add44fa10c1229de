// Rooms: the own ones with what is unread in each, new ones, and others by code.
import { Button, TextInput } from "@mantine/core";
import { IconDoor, IconPlus } from "@tabler/icons-react";
import { type Room, RoomKind, RoomService } from "@trivium/client/proto";
import { useRoom, useSession } from "@trivium/client/react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { isCode, normalCode } from "../../../lib/codes";
import { notifyError } from "../../../lib/notify";
import { unreadOf, useMarkKey } from "../chat/useReading";
import { readMark, useDesk } from "../model/desk";
import { useOpenRoom } from "../model/open-room";
import type { Panel } from "../model/panels";
import { useRooms } from "../model/useRooms";
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

/** Rooms that are listened to for unread messages; the others are only named. */
const HEARD = 10;
const KIND = {
  [RoomKind.UNSPECIFIED]: "kind.quiz",
  [RoomKind.QUIZ]: "kind.quiz",
  [RoomKind.CLASSROOM]: "kind.classroom",
  [RoomKind.STUDY_GROUP]: "kind.studyGroup",
  [RoomKind.CHANNEL]: "kind.channel",
} as const;

function Rooms() {
  const { guest } = useOpenRoom();
  return guest ? <SeatedRoom /> : <OwnRooms />;
}

/** A guest has one room, and a form to go to another. */
function SeatedRoom() {
  const { roomId } = useOpenRoom();
  const room = useRoom(roomId, (state) => state.room);
  return (
    <>
      <RoomList rooms={room === undefined ? [] : [room]} />
      <ByCode />
    </>
  );
}

function OwnRooms() {
  const { t } = useTranslation("demo");
  const { rooms, again } = useRooms();
  return (
    <>
      <NewRoom onMade={again} />
      {rooms?.length === 0 && <p className={classes.hint}>{t("rooms.none")}</p>}
      <RoomList rooms={rooms ?? []} />
      <ByCode onIn={again} />
    </>
  );
}

function RoomList({ rooms }: { rooms: readonly Room[] }) {
  const { t } = useTranslation("demo");
  const { roomId, open } = useOpenRoom();
  return (
    <ul className={classes.list}>
      {rooms.map((room, n) => (
        <li key={room.id}>
          <button
            type="button"
            className={classes.entry}
            aria-current={room.id === roomId || undefined}
            onClick={() => open(room.id)}
          >
            <span className={classes.name}>
              <bdi>{room.title || room.id}</bdi>
            </span>
            <span className={classes.sub}>{t(KIND[room.kind])}</span>
            {n < HEARD && <Unread roomId={room.id} />}
          </button>
        </li>
      ))}
    </ul>
  );
}

function Unread({ roomId }: { roomId: string }) {
  const { t } = useTranslation("demo");
  const key = useMarkKey(roomId);
  const mark = useDesk((desk) => readMark(desk.read, key));
  const count = useRoom(roomId, ({ chat, me }) => unreadOf(chat, mark, me?.userId));
  return count === 0 ? null : (
    <span className={classes.unread}>
      <span aria-hidden="true">{count}</span>
      <span className="visually-hidden">{t("rooms.unread", { count })}</span>
    </span>
  );
}

/** Makes a room at once; its name can be changed later. */
function NewRoom({ onMade }: { onMade: () => void }) {
  const { t } = useTranslation("demo");
  const session = useSession();
  const { open } = useOpenRoom();
  const [busy, setBusy] = useState<RoomKind>();
  const make = async (kind: RoomKind.CHANNEL | RoomKind.CLASSROOM) => {
    setBusy(kind);
    try {
      const { room } = await session.client(RoomService).createRoom({ kind, title: t(KIND[kind]) });
      onMade();
      open(room?.id ?? "");
    } catch (error) {
      void notifyError(error);
    } finally {
      setBusy(undefined);
    }
  };
  return (
    <div className={classes.pair}>
      {([RoomKind.CHANNEL, RoomKind.CLASSROOM] as const).map((kind) => (
        <Button
          key={kind}
          size="sm"
          variant="light"
          leftSection={<IconPlus size={16} aria-hidden />}
          aria-label={t("rooms.make", { kind: t(KIND[kind]) })}
          loading={busy === kind}
          onClick={() => void make(kind)}
        >
          {t(kind === RoomKind.CHANNEL ? "rooms.channel" : "rooms.classroom")}
        </Button>
      ))}
    </div>
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
