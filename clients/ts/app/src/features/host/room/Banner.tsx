// A line above the stage when something is not as usual: the host is away, or the caller only looks on.

import { PresenceState, Role, RoomService } from "@trivium/client/proto";
import { useTranslation } from "react-i18next";
import { hostOf } from "../model/people";
import classes from "./room.module.css";
import { useGame } from "./useGame";

/** Whether the host is there; the game goes on without, but somebody should run it. */
export function useHostAway(): boolean {
  const { room } = useGame();
  const host = hostOf(room);
  if (room.status !== "live") return false;
  if (!host) return true;
  if (host.userId === room.me?.userId) return false;
  return room.presences.get(host.userId)?.state !== PresenceState.ONLINE;
}

/** The line; nothing if all is as usual. */
export function Banner() {
  const { t } = useTranslation("host");
  const { room, hosts } = useGame();
  const away = useHostAway();
  if (room.status !== "live") return null;
  if (away) {
    return (
      <div className={classes.banner} role="status">
        <span>{t("banner.hostAway")}</span>
        {room.me?.role === Role.CO_HOST && <TakeOver />}
      </div>
    );
  }
  if (hosts) return null;
  return (
    <div className={classes.banner} role="status">
      <span>{t("banner.lookingOn")}</span>
    </div>
  );
}

/** Makes the caller the host; the server says so if the host has not been away for long enough. */
export function TakeOver() {
  const { t } = useTranslation("host");
  const { session, roomId, run, busy } = useGame();
  return (
    <button
      type="button"
      className={classes.bannerButton}
      aria-disabled={busy || undefined}
      onClick={() => void run(() => session.client(RoomService).takeHost({ roomId }))}
    >
      {t("banner.takeOver")}
    </button>
  );
}
