// Rooms that are still open, to go on in after a reload or on another device.

import { Button } from "@mantine/core";
import type { Room } from "@trivium/client/proto";
import { useSession } from "@trivium/client/react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { displayCode } from "../../../lib/codes";
import { showFailure } from "../room/failure";
import { openRooms } from "./begin";
import classes from "./setup.module.css";

/** The list; nothing while there are none. */
export function OpenRooms() {
  const { t, i18n } = useTranslation("host");
  const session = useSession();
  const [rooms, setRooms] = useState<readonly Room[]>([]);
  useEffect(() => {
    let gone = false;
    openRooms(session).then((found) => {
      if (!gone) setRooms(found);
    }, showFailure);
    return () => {
      gone = true;
    };
  }, [session]);
  if (rooms.length === 0) return null;
  return (
    <section className={classes.card}>
      <h2>{t("setup.open")}</h2>
      <ul className={classes.rooms}>
        {rooms.map((room) => (
          <li key={room.id}>
            <span>
              <span className={classes.quizTitle}>{room.title}</span>
              <span className={classes.quizCount}>
                {room.joinCode !== "" && `${t("setup.code", { code: displayCode(room.joinCode) })} · `}
                {new Date(Number(room.createTimeMs)).toLocaleString(i18n.language, {
                  dateStyle: "medium",
                  timeStyle: "short",
                })}
              </span>
            </span>
            <Button
              component={Link}
              href={`/host/${room.id}`}
              variant="default"
              aria-label={`${t("setup.continue")}: ${room.title}`}
            >
              {t("setup.continue")}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
