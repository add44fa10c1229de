// The lobby: how to come in, who is in, and the start.

import { IconLock, IconUsers } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { FocusHeading } from "../../../components/FocusHeading";
import { playerCount } from "../model/people";
import { useGame } from "../room/useGame";
import { AvatarGrid } from "./AvatarGrid";
import { JoinPanel } from "./JoinPanel";
import classes from "./lobby.module.css";

/** The screen. */
export function Lobby({ onMember }: { onMember: (userId: string) => void }) {
  const { t } = useTranslation("host");
  const { room, quiz } = useGame();
  const settings = room.room;
  const count = playerCount(room);
  return (
    <div className={classes.lobby}>
      <header className={classes.head}>
        <FocusHeading className={classes.title} when="lobby">
          {quiz?.title ?? settings?.title}
        </FocusHeading>
        <p className={classes.count} role="status">
          <IconUsers size="1em" stroke={2} aria-hidden />
          <span className="tabular">{t("lobby.players", { count })}</span>
        </p>
      </header>
      {settings && settings.joinCode !== "" && <JoinPanel code={settings.joinCode} />}
      {settings?.locked && (
        <p className={classes.locked}>
          <IconLock size="1.2em" stroke={2} aria-hidden /> {t("lobby.locked")}
        </p>
      )}
      <div className={classes.people}>
        {count === 0 ? <p className={classes.waiting}>{t("lobby.waiting")}</p> : <AvatarGrid onMember={onMember} />}
      </div>
    </div>
  );
}
