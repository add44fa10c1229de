// How to come in, at the foot of every state after the lobby: who is late sees it too.

import { IconLock, IconUsers } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { displayCode } from "../../../lib/codes";
import { joinHost } from "../model/join";
import { playerCount } from "../model/people";
import classes from "./room.module.css";
import { useGame } from "./useGame";

/** The line. */
export function JoinFooter() {
  const { t } = useTranslation("host");
  const { room, quiz } = useGame();
  const settings = room.room;
  if (!settings) return null;
  return (
    <footer className={classes.footer}>
      <span className={classes.footerTitle}>{quiz?.title ?? settings.title}</span>
      {settings.joinCode !== "" && (
        <span className={classes.footerJoin}>
          {settings.locked ? (
            <>
              <IconLock size="1.1em" stroke={2} aria-hidden /> {t("footer.lockedCode")}
            </>
          ) : (
            <>
              {t("footer.join", { host: joinHost() })}
              <strong className={classes.footerCode}>{displayCode(settings.joinCode)}</strong>
            </>
          )}
        </span>
      )}
      <span className={classes.footerCount}>
        <IconUsers size="1.1em" stroke={2} aria-hidden />
        <span className="tabular">{t("lobby.players", { count: playerCount(room) })}</span>
      </span>
    </footer>
  );
}
