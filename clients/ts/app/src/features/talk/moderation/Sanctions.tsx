// Who may not write, and who may not come in: why, until when, and the way back.
import { Button } from "@mantine/core";
import { ModerationService } from "@trivium/client/proto";
import { useRoom, useSession } from "@trivium/client/react";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { useCommands } from "../model/commands";
import { momentOf } from "../model/format";
import { nameOf } from "../model/talk";
import { useLoaded } from "../model/useLoaded";
import classes from "./moderation.module.css";

export function Sanctions({ roomId }: { roomId: string }) {
  const { t } = useTranslation("talk");
  const session = useSession();
  const { members, bannedUserIds } = useRoom(roomId, ({ members, bannedUserIds }) => ({ members, bannedUserIds }));
  // Mutes come with their members, bans by themselves: both changes are a reason to read anew.
  const turn = `${[...members.values()].filter(({ mute }) => mute !== undefined).length}/${bannedUserIds.size}`;
  const load = useCallback(() => session.client(ModerationService).getModeration({ roomId }), [session, roomId]);
  const { value, failure, again } = useLoaded(load, turn);
  const commands = useCommands(roomId);
  const lift = async (act: Promise<boolean>) => {
    if (await act) again();
  };
  if (failure !== undefined) return <p className={classes.bad}>{failure}</p>;
  if (value === undefined) return null;
  return (
    <>
      <h4 className={classes.smallHead}>{t("moderation.mutes", { count: value.mutes.length })}</h4>
      <ul className={classes.cards}>
        {value.mutes.map((mute) => (
          <Entry
            key={mute.userId}
            name={nameOf(members, mute.userId)}
            until={mute.expireTimeMs}
            reason={mute.reason}
            action={t("people.unmute")}
            onLift={() => void lift(commands.unmute(mute.userId))}
          />
        ))}
      </ul>
      <h4 className={classes.smallHead}>{t("moderation.bans", { count: value.bans.length })}</h4>
      <ul className={classes.cards}>
        {value.bans.map((ban) => (
          <Entry
            key={ban.userId}
            name={nameOf(members, ban.userId)}
            until={ban.expireTimeMs}
            reason={ban.reason}
            action={t("people.unban")}
            onLift={() => void lift(commands.unban(ban.userId))}
          />
        ))}
      </ul>
    </>
  );
}

interface EntryProps {
  readonly name: string;
  readonly until: bigint;
  readonly reason: string;
  readonly action: string;
  readonly onLift: () => void;
}

function Entry({ name, until, reason, action, onLift }: EntryProps) {
  const { t, i18n } = useTranslation("talk");
  return (
    <li className={classes.entry}>
      <span>
        <b>
          <bdi>{name}</bdi>
        </b>
        <span className={classes.hint}>
          {until === 0n ? t("people.untilEnded") : t("moderation.until", { time: momentOf(until, i18n.language) })}
          {reason !== "" && ` · ${reason}`}
        </span>
      </span>
      <Button size="compact-md" variant="default" aria-label={`${action}: ${name}`} onClick={onLift}>
        {action}
      </Button>
    </li>
  );
}
