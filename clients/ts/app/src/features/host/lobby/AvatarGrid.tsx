// Who is in: faces that pop in as people come, in columns where there are teams. A click manages the player.

import type { Member } from "@trivium/client/proto";
import { AnimatePresence, motion } from "motion/react";
import { useTranslation } from "react-i18next";
import { Avatar } from "../../../components/Avatar";
import { byTeam, isThere, players } from "../model/people";
import { useGame } from "../room/useGame";
import classes from "./lobby.module.css";

/** Most faces that are drawn; the others are counted. */
export const MAX_FACES = 120;

/** The grid. `onMember` opens a player's entry. */
export function AvatarGrid({ onMember }: { onMember: (userId: string) => void }) {
  const { room } = useGame();
  const teams = room.room?.teams ?? [];
  const members = players(room);
  if (teams.length === 0) return <Faces members={members} crowd={members.length} onMember={onMember} />;
  return <Teams onMember={onMember} crowd={members.length} />;
}

function Teams({ onMember, crowd }: { onMember: (userId: string) => void; crowd: number }) {
  const { t } = useTranslation("host");
  const { room } = useGame();
  const columns = byTeam(room);
  return (
    <div className={classes.teams}>
      {columns.map(({ team, members }) => (
        <section key={team} className={classes.team} aria-label={team || t("lobby.noTeam")}>
          <h2 className={classes.teamName}>
            {team || t("lobby.noTeam")} <span className={classes.teamCount}>{members.length}</span>
          </h2>
          <Faces members={members} crowd={crowd} onMember={onMember} />
        </section>
      ))}
    </div>
  );
}

interface FacesProps {
  readonly members: readonly Member[];
  /** How many there are in all: the more, the smaller. */
  readonly crowd: number;
  readonly onMember: (userId: string) => void;
}

function Faces({ members, crowd, onMember }: FacesProps) {
  const { t } = useTranslation("host");
  const { room, hosts } = useGame();
  // Columns of teams have less room than the whole stage.
  const most = (room.room?.teams.length ?? 0) > 0 ? ([6, 18] as const) : ([12, 40] as const);
  const shown = members.slice(-MAX_FACES);
  const size = crowd <= most[0] ? "large" : crowd <= most[1] ? "medium" : "small";
  return (
    <>
      <ul className={classes.faces} data-size={size}>
        <AnimatePresence initial={false}>
          {shown.map((member) => (
            <motion.li
              key={member.userId}
              layout="position"
              initial={{ opacity: 0, scale: 0.3, y: 24 }}
              animate={{ opacity: 1, scale: 1, y: 0 }}
              exit={{ opacity: 0, scale: 0.6 }}
              transition={{ type: "spring", stiffness: 420, damping: 24 }}
            >
              <button
                type="button"
                className={classes.face}
                data-away={!isThere(room, member.userId) || undefined}
                aria-label={`${hosts ? t("lobby.member", { name: member.nickname }) : member.nickname}${
                  isThere(room, member.userId) ? "" : `, ${t("lobby.away")}`
                }`}
                aria-disabled={!hosts || undefined}
                onClick={() => {
                  if (hosts) onMember(member.userId);
                }}
              >
                <Avatar seed={member.avatar || member.userId} size={96} />
                <bdi className={classes.faceName}>{member.nickname}</bdi>{" "}
                {!isThere(room, member.userId) && <span className={classes.faceAway}>{t("lobby.away")}</span>}
              </button>
            </motion.li>
          ))}
        </AnimatePresence>
      </ul>
      {members.length > shown.length && (
        <p className={classes.more}>{t("lobby.andMore", { count: members.length - shown.length })}</p>
      )}
    </>
  );
}
