// What is pinned, the newest pin first: the table of what matters in the room.
import { Button } from "@mantine/core";
import { usePins } from "@trivium/client/react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { RichText } from "../../../components/RichText";
import { momentOf } from "../model/format";
import { markedIn } from "../model/mentions";
import { useTalk } from "../model/talk";
import { Pane } from "./Pane";
import classes from "./panes.module.css";

export function Pins({ onClose }: { onClose: () => void }) {
  const { t, i18n } = useTranslation("talk");
  const { roomId, hosts, jump, commands, members, ownId } = useTalk();
  const { pins } = usePins(roomId);
  const marked = useMemo(
    () => new Map(pins.map((each) => [each.seq, markedIn(each, members, ownId)])),
    [pins, members, ownId],
  );
  return (
    <Pane title={t("pins.title")} onClose={onClose}>
      {pins.length === 0 && <p className={classes.hint}>{t(hosts ? "pins.noneHost" : "pins.none")}</p>}
      <div className={classes.scroll}>
        <ul className={classes.hits}>
          {pins.map((message) => (
            <li key={String(message.seq)} className={classes.card}>
              <span className={classes.hitHead}>
                <b>
                  <bdi>{message.authorNickname}</bdi>
                </b>
                <time dateTime={new Date(Number(message.sendTimeMs)).toISOString()}>
                  {momentOf(message.sendTimeMs, i18n.language)}
                </time>
              </span>
              <div dir="auto">
                <RichText text={message.text || t("pins.noText")} mentions={marked.get(message.seq)} />
              </div>
              <span className={classes.row}>
                <Button size="compact-sm" variant="default" onClick={() => jump(message.seq)}>
                  {t("pins.go")}
                </Button>
                {hosts && (
                  <Button size="compact-sm" variant="subtle" onClick={() => void commands.pin(message.seq, false)}>
                    {t("action.unpin")}
                  </Button>
                )}
              </span>
            </li>
          ))}
        </ul>
      </div>
    </Pane>
  );
}
