// The remote itself: what is on the projector, one big button for the next step, and the few others within a thumb's reach.
//
// Neighbours: the game, its rules and its commands are the host's (`../host/room/useGame`).

import {
  IconEye,
  IconLock,
  IconLockOpen,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerSkipForward,
  IconStopwatch,
  IconUsers,
} from "@tabler/icons-react";
import { reason } from "@trivium/client";
import { Role } from "@trivium/client/proto";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { FocusHeading } from "../../components/FocusHeading";
import { PageLoading } from "../../components/PageLoading";
import { ReconnectBar } from "../../components/ReconnectBar";
import { useWakeLock } from "../../lib/wake-lock";
import { type Action, nextLabel } from "../host/model/actions";
import { playerCount } from "../host/model/people";
import { People } from "../host/panels/People";
import { TakeOver, useHostAway } from "../host/room/Banner";
import { useGame } from "../host/room/useGame";
import { Now } from "./Now";
import classes from "./remote.module.css";

const ICON = { size: 26, stroke: 1.8, "aria-hidden": true } as const;

/** The page. */
export function Panel() {
  const { t } = useTranslation("remote");
  const game = useGame();
  const { room, stage, hosts } = game;
  const [people, setPeople] = useState(false);
  const [userId, setUserId] = useState<string>();
  useWakeLock(stage !== "loading" && stage !== "closed");
  if (stage === "loading") return <PageLoading />;
  if (stage === "closed" || !hosts) return <Gone />;
  return (
    <div className={classes.page}>
      <ReconnectBar />
      <header className={classes.head}>
        <span className={classes.title}>{game.quiz?.title ?? room.room?.title}</span>
        <button
          type="button"
          className={classes.people}
          aria-expanded={people}
          aria-label={t("players", { count: playerCount(room) })}
          onClick={() => {
            setUserId(undefined);
            setPeople(true);
          }}
        >
          <IconUsers size={22} stroke={1.8} aria-hidden /> {playerCount(room)}
        </button>
      </header>
      <HostAway />
      <main className={classes.now}>
        <Now />
      </main>
      <Buttons />
      {people && <People userId={userId} onUser={setUserId} onClose={() => setPeople(false)} />}
    </div>
  );
}

function Buttons() {
  const { t } = useTranslation(["remote", "host"]);
  const game = useGame();
  const { quiz, room, busy } = game;
  const label = nextLabel(game);
  const locked = room.room?.locked ?? false;
  return (
    <section aria-label={t("host:bar.label")} className={classes.buttons}>
      <Small
        action="extend"
        label={`${t("host:bar.extend")}: ${t("host:bar.extendLabel")}`}
        icon={<IconStopwatch {...ICON} />}
      >
        {t("host:bar.extend")}
      </Small>
      <Small
        action="pause"
        label={quiz?.paused ? t("host:bar.resume") : t("host:bar.pause")}
        icon={quiz?.paused ? <IconPlayerPlay {...ICON} /> : <IconPlayerPause {...ICON} />}
      >
        {quiz?.paused ? t("host:bar.resume") : t("host:bar.pause")}
      </Small>
      <Small action="reveal" label={t("host:bar.reveal")} icon={<IconEye {...ICON} />}>
        {t("host:bar.reveal")}
      </Small>
      <Small
        action="skip"
        label={`${t("skip")}: ${t("host:bar.skipLabel")}`}
        icon={<IconPlayerSkipForward {...ICON} />}
      >
        {t("skip")}
      </Small>
      <Small
        action="lock"
        label={t("lock")}
        pressed={locked}
        icon={locked ? <IconLock {...ICON} /> : <IconLockOpen {...ICON} />}
      >
        {t("lock")}
      </Small>
      <button
        type="button"
        className={classes.next}
        aria-disabled={busy || !game.can("next") || undefined}
        onClick={() => game.act("next")}
      >
        {label === undefined ? t("nothing") : t(`host:bar.${label}`)}
      </button>
    </section>
  );
}

interface SmallProps {
  readonly action: Action;
  readonly label: string;
  readonly icon: ReactNode;
  readonly pressed?: boolean;
  readonly children: ReactNode;
}

function Small({ action, label, icon, pressed, children }: SmallProps) {
  const game = useGame();
  const off = game.busy || !game.can(action);
  return (
    <button
      type="button"
      className={classes.small}
      aria-label={label}
      aria-pressed={pressed}
      aria-disabled={off || undefined}
      onClick={() => game.act(action)}
    >
      {icon}
      <span aria-hidden="true">{children}</span>
    </button>
  );
}

function HostAway() {
  const { t } = useTranslation("host");
  const { room } = useGame();
  const away = useHostAway();
  if (!away) return null;
  return (
    <div className={classes.banner} role="status">
      <span>{t("banner.hostAway")}</span>
      {room.me?.role === Role.CO_HOST && <TakeOver />}
    </div>
  );
}

/** The room is closed, or the phone may no longer run it. */
function Gone() {
  const { t } = useTranslation(["remote", "host"]);
  const { room } = useGame();
  const why = room.error === undefined ? undefined : reason(room.error);
  const closed = room.status !== "live" ? why === undefined || why === "ROOM_CLOSED" : room.me !== undefined;
  return (
    <main className={classes.gone}>
      <FocusHeading>{closed && room.status !== "live" ? t("host:stage.closed") : t("gone")}</FocusHeading>
      <p>{t("goneHint")}</p>
    </main>
  );
}
