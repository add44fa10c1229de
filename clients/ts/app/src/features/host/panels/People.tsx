// Everybody in the room, and what the host can do about one of them.
//
// Neighbours: `Person` is the page of one member.

import { TextInput } from "@mantine/core";
import { IconAlarm } from "@tabler/icons-react";
import { type Accommodations, type Member, Role, RoomService } from "@trivium/client/proto";
import { usePresence } from "@trivium/client/react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { Avatar } from "../../../components/Avatar";
import { presenceOf } from "../model/people";
import { useGame } from "../room/useGame";
import { Person } from "./Person";
import classes from "./panels.module.css";
import { SidePanel } from "./SidePanel";

const Hands = lazy(async () => ({ default: (await import("../../talk/hosting")).Hands }));

/** From how many people on the list can be searched. */
const SEARCH_FROM = 12;
/** Most rows that are drawn; a search finds the others. */
const MAX_ROWS = 200;

interface Props {
  /** Whose page is open. */
  readonly userId: string | undefined;
  readonly onUser: (userId: string | undefined) => void;
  readonly onClose: () => void;
}

/** The panel. */
export function People({ userId, onUser, onClose }: Props) {
  const { t } = useTranslation("host");
  const { roomId, room, hosts } = useGame();
  const member = userId === undefined ? undefined : room.members.get(userId);
  if (member && hosts) {
    return (
      <SidePanel key={member.userId} title={member.nickname} onClose={onClose}>
        <Person member={member} onBack={() => onUser(undefined)} />
      </SidePanel>
    );
  }
  return (
    <SidePanel key="list" title={t("people.heading")} onClose={onClose}>
      <Suspense>
        <Hands roomId={roomId} />
      </Suspense>
      <List onUser={onUser} />
      <Banned />
    </SidePanel>
  );
}

function List({ onUser }: { onUser: (userId: string) => void }) {
  const { t } = useTranslation("host");
  const { roomId } = useGame();
  const { rows } = usePresence(roomId);
  const [search, setSearch] = useState("");
  const wanted = search.trim().toLowerCase();
  const found = rows.filter(({ member }) => member.nickname.toLowerCase().includes(wanted)).slice(0, MAX_ROWS);
  return (
    <>
      {rows.length >= SEARCH_FROM && (
        <TextInput
          type="search"
          aria-label={t("people.search")}
          placeholder={t("people.search")}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
      )}
      {found.length === 0 && <p className={classes.hint}>{t("people.none")}</p>}
      <ul className={classes.people}>
        {found.map(({ member }) => (
          <li key={member.userId}>
            <Entry member={member} onPress={() => onUser(member.userId)} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Entry({ member, onPress }: { member: Member; onPress: () => void }) {
  const { t } = useTranslation("host");
  const { room } = useGame();
  const state = presenceOf(room, member.userId);
  const notes = [
    member.role === Role.HOST ? t("title") : undefined,
    member.role === Role.CO_HOST ? t("people.roleCoHost") : undefined,
    member.role === Role.OBSERVER ? t("people.roleObserver") : undefined,
    member.team || undefined,
  ].filter((note) => note !== undefined);
  return (
    <button type="button" className={classes.person} onClick={onPress}>
      <Avatar seed={member.avatar || member.userId} size={40} />
      <span>
        <bdi className={classes.personName}>{member.nickname}</bdi>
        <span className={classes.personNote}>
          {notes.join(" · ")}
          {isSet(member.accommodations) && (
            <>
              {notes.length > 0 && " · "}
              <IconAlarm size="1em" stroke={2} aria-hidden /> {t("people.extra")}
            </>
          )}
        </span>
      </span>
      <span className={classes.dot} data-state={state}>
        {t(`people.presence.${state}`)}
      </span>
    </button>
  );
}

function isSet(given: Accommodations | undefined): boolean {
  return given !== undefined && (given.timePercent > 100 || given.untimed || given.fewerOptions > 0 || given.excused);
}

function Banned() {
  const { t } = useTranslation("host");
  const { room, roomId, hosts, run, session } = useGame();
  if (!hosts || room.bannedUserIds.size === 0) return null;
  return (
    <section className={classes.section}>
      <h3>{t("people.banned", { count: room.bannedUserIds.size })}</h3>
      <ul className={classes.people}>
        {[...room.bannedUserIds].slice(0, MAX_ROWS).map((userId) => (
          <li key={userId} className={classes.row}>
            <code>{userId}</code>
            <button
              type="button"
              className={classes.person}
              onClick={() => void run(() => session.client(RoomService).unbanUser({ roomId, userId }))}
            >
              {t("people.unban")}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
