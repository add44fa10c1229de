// Who is there: hands first, in their order; then everybody, with presence, role and when somebody was last seen.
//
// Neighbours: `Hands` is the queue, `MemberDialog` what hosts do about somebody.
import { Button, TextInput, UnstyledButton } from "@mantine/core";
import { IconHandStop, IconVolumeOff } from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type Member, PresenceState, Role } from "@trivium/client/proto";
import { type RosterRow, useRoom, useRoster } from "@trivium/client/react";
import { type ReactNode, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Avatar } from "../../../components/Avatar";
import { useCommands } from "../model/commands";
import { agoOf } from "../model/format";
import { isHost } from "../model/obstacle";
import { Hands } from "./Hands";
import { MemberDialog } from "./MemberDialog";
import classes from "./people.module.css";
import { useDoor } from "./useDoor";

const ROW_PX = 52;
const VIEW = { width: 280, height: 420 };
/** From how many people on the list can be searched. */
const SEARCH_FROM = 12;
const STATES = {
  [PresenceState.UNSPECIFIED]: "offline",
  [PresenceState.ONLINE]: "online",
  [PresenceState.AWAY]: "away",
  [PresenceState.OFFLINE]: "offline",
} as const;
const ROLES = {
  [Role.UNSPECIFIED]: undefined,
  [Role.OBSERVER]: "role.observer",
  [Role.MEMBER]: undefined,
  [Role.CO_HOST]: "role.coHost",
  [Role.HOST]: "role.host",
} as const;

/** `children` stand between the counts and the list. */
export function Roster({ roomId, children }: { roomId: string; children?: ReactNode }) {
  const { t } = useTranslation("talk");
  const { rows, online, away, total, more, loading, loadMore } = useRoster(roomId);
  const { typing, me } = useRoom(roomId, ({ chat, me }) => ({ typing: chat.typing, me }));
  const hosts = isHost(me);
  const door = useDoor(useCommands(roomId));
  const [search, setSearch] = useState("");
  const [open, setOpen] = useState<Member>();
  const scroller = useRef<HTMLElement>(null);
  const wanted = search.trim().toLocaleLowerCase();
  const found =
    wanted === "" ? rows : rows.filter(({ member }) => member.nickname.toLocaleLowerCase().includes(wanted));
  const virtual = useVirtualizer({
    count: found.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 6,
    initialRect: VIEW,
  });
  return (
    <>
      <p className={classes.counts}>{t("people.counts", { online, away, count: total })}</p>
      {children}
      <Hands roomId={roomId} />
      {rows.length >= SEARCH_FROM && (
        <TextInput
          type="search"
          size="sm"
          mb="xs"
          aria-label={t("people.search")}
          placeholder={t("people.search")}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <section ref={scroller} className={classes.roster} tabIndex={0} aria-label={t("people.roster")}>
        <ul style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const row = found[item.index];
            if (row === undefined) return null;
            const { member, own } = row;
            const inner = <Row row={row} typing={typing.has(member.userId)} />;
            return (
              <li key={member.userId} style={{ transform: `translateY(${item.start}px)` }}>
                {hosts && !own && door.mayTouch(member) ? (
                  <UnstyledButton className={classes.row} onClick={() => setOpen(member)}>
                    <span className="visually-hidden">{t("people.manage")} </span>
                    {inner}
                  </UnstyledButton>
                ) : (
                  <div className={classes.row}>{inner}</div>
                )}
              </li>
            );
          })}
        </ul>
      </section>
      {more && (
        <Button variant="default" size="compact-md" loading={loading} onClick={() => void loadMore()}>
          {t("people.more")}
        </Button>
      )}
      {open !== undefined && <MemberDialog roomId={roomId} userId={open.userId} onClose={() => setOpen(undefined)} />}
    </>
  );
}

function Row({ row: { member, state, status, own, lastSeenMs }, typing }: { row: RosterRow; typing: boolean }) {
  const { t, i18n } = useTranslation("talk");
  const role = ROLES[member.role];
  const word = typing
    ? t("people.typing")
    : status ||
      (STATES[state] === "offline" && lastSeenMs > 0
        ? t("people.seen", { ago: agoOf(lastSeenMs, Date.now(), i18n.language) })
        : "");
  return (
    <>
      <Avatar seed={member.avatar || member.userId} size={34} />
      <span className={classes.light} data-state={STATES[state]} aria-hidden="true" />
      <span className={classes.person}>
        <span className={classes.name}>
          <bdi>{member.nickname}</bdi>
          {own && <small> ({t("people.you")})</small>}
        </span>
        <span className={classes.sub}>
          {[t(`people.${STATES[state]}`), role && t(role), word].filter(Boolean).join(" · ")}
        </span>
      </span>
      {member.handTimeMs > 0n && (
        <IconHandStop className={classes.sign} size={20} role="img" aria-label={t("hand.up")} />
      )}
      {member.mute !== undefined && (
        <IconVolumeOff className={classes.sign} size={20} role="img" aria-label={t("people.muted")} />
      )}
    </>
  );
}
