// Who is there: online, away or gone, in what role, with what word, and who is typing.
import { SegmentedControl, TextInput } from "@mantine/core";
import { IconUsers } from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { PresenceState, Role } from "@trivium/client/proto";
import { type RosterRow, usePresence, useRoom } from "@trivium/client/react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Avatar } from "../../../components/Avatar";
import { notifyError } from "../../../lib/notify";
import type { Panel, PanelProps } from "../model/panels";
import classes from "../parts/lists.module.css";

export const panel: Panel = {
  id: "presence",
  place: "left",
  order: 20,
  title: "panel.presence",
  Icon: IconUsers,
  Component: Presence,
};

const ROW_PX = 52;
const VIEW = { width: 280, height: 420 };
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

function Presence({ roomId }: PanelProps) {
  const { t } = useTranslation("demo");
  const { rows, online, away, total, setStatus } = usePresence(roomId);
  const typing = useRoom(roomId, (room) => room.chat.typing);
  const scroller = useRef<HTMLElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 6,
    initialRect: VIEW,
  });
  return (
    <>
      <p className={classes.counts}>{t("presence.counts", { online, away, count: total })}</p>
      <OwnState row={rows.find(({ own }) => own)} setStatus={setStatus} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <section ref={scroller} className={classes.roster} tabIndex={0} aria-label={t("presence.roster")}>
        <ul style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index];
            return row === undefined ? null : (
              <li key={row.member.userId} style={{ transform: `translateY(${item.start}px)` }}>
                <Row row={row} typing={typing.has(row.member.userId)} />
              </li>
            );
          })}
        </ul>
      </section>
    </>
  );
}

function Row({ row: { member, state, status, own }, typing }: { row: RosterRow; typing: boolean }) {
  const { t } = useTranslation("demo");
  const role = ROLES[member.role];
  const word = typing ? t("presence.typing") : status;
  return (
    <>
      <Avatar seed={member.avatar || member.userId} size={34} />
      <span className={classes.light} data-state={STATES[state]} aria-hidden="true" />
      <span className={classes.person}>
        <span className={classes.name}>
          <bdi>{member.nickname}</bdi>
          {own && <small> ({t("presence.you")})</small>}
        </span>
        <span className={classes.sub}>
          {[t(`presence.${STATES[state]}`), role && t(role), word].filter(Boolean).join(" · ")}
        </span>
      </span>
    </>
  );
}

interface OwnProps {
  readonly row: RosterRow | undefined;
  readonly setStatus: (state: PresenceState, status?: string) => Promise<void>;
}

function OwnState({ row, setStatus }: OwnProps) {
  const { t } = useTranslation("demo");
  const [word, setWord] = useState(row?.status ?? "");
  if (row === undefined) return null;
  const state = row.state === PresenceState.AWAY ? PresenceState.AWAY : PresenceState.ONLINE;
  const tell = (to: PresenceState) => void setStatus(to, word.trim()).catch(notifyError);
  return (
    <form
      className={classes.own}
      onSubmit={(event) => {
        event.preventDefault();
        tell(state);
      }}
    >
      <SegmentedControl
        size="xs"
        aria-label={t("presence.own")}
        value={String(state)}
        data={[
          { value: String(PresenceState.ONLINE), label: t("presence.online") },
          { value: String(PresenceState.AWAY), label: t("presence.away") },
        ]}
        onChange={(value) => tell(Number(value))}
      />
      <TextInput
        size="xs"
        aria-label={t("presence.word")}
        placeholder={t("presence.word")}
        maxLength={80}
        value={word}
        onChange={(event) => setWord(event.currentTarget.value)}
        onBlur={() => word.trim() !== row.status && tell(state)}
      />
    </form>
  );
}
