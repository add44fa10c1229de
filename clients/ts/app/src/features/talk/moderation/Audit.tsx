// What was done with the power of a host, and by rules: newest first, nothing of it can be taken out.
import { useAudit, useRoom } from "@trivium/client/react";
import { useTranslation } from "react-i18next";
import { momentOf } from "../model/format";
import { nameOf } from "../model/talk";
import { ListFoot } from "./ListFoot";
import classes from "./moderation.module.css";

export function Audit({ roomId }: { roomId: string }) {
  const { t, i18n } = useTranslation("talk");
  const members = useRoom(roomId, (room) => room.members);
  const audit = useAudit(roomId);
  return (
    <>
      <ol className={classes.audit}>
        {audit.items.map((entry) => (
          <li key={`${entry.seq}/${entry.action}`}>
            <time dateTime={new Date(Number(entry.timeMs)).toISOString()}>{momentOf(entry.timeMs, i18n.language)}</time>
            <span>
              <b>
                <bdi>{entry.actorId === "" ? t("audit.byRule") : nameOf(members, entry.actorId)}</bdi>
              </b>{" "}
              {t([`audit.action.${entry.action.replaceAll(".", "_")}`, "audit.action.other"], { action: entry.action })}
              {entry.targetUserId !== "" && (
                <>
                  {" "}
                  <bdi>{nameOf(members, entry.targetUserId)}</bdi>
                </>
              )}
              {entry.detail !== "" && <span className={classes.hint}>{entry.detail}</span>}
            </span>
          </li>
        ))}
      </ol>
      <ListFoot list={audit} empty={audit.items.length === 0 ? t("audit.none") : undefined} />
    </>
  );
}
