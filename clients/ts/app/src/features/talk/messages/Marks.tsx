// Where a message stands with the hosts: it waits, was refused or put aside. Hosts settle it on the spot.
import { Button } from "@mantine/core";
import { IconArchive, IconHourglass, IconX } from "@tabler/icons-react";
import { type Message, MessageState } from "@trivium/client/proto";
import { useTranslation } from "react-i18next";
import { useTalk } from "../model/talk";
import classes from "./messages.module.css";

const ICON = { size: 16, "aria-hidden": true } as const;

export function Marks({ message }: { message: Message }) {
  const { t } = useTranslation("talk");
  const { hosts, commands } = useTalk();
  const settle = (state: MessageState) => void commands.resolve(message.seq, state);
  switch (message.state) {
    case MessageState.UNSPECIFIED:
    case MessageState.PUBLISHED:
      return null;
    case MessageState.PENDING:
      return (
        <p className={classes.mark}>
          <IconHourglass {...ICON} /> {t("state.pending")}
          {hosts && (
            <>
              <Button size="compact-sm" onClick={() => settle(MessageState.PUBLISHED)}>
                {t("moderation.publish")}
              </Button>
              <Button size="compact-sm" variant="default" onClick={() => settle(MessageState.REJECTED)}>
                {t("moderation.reject")}
              </Button>
            </>
          )}
        </p>
      );
    case MessageState.REJECTED:
      return (
        <p className={classes.mark} data-bad>
          <IconX {...ICON} /> {t("state.rejected")}
        </p>
      );
    case MessageState.ARCHIVED:
      return (
        <p className={classes.mark}>
          <IconArchive {...ICON} /> {t("state.archived")}
          {hosts && (
            <Button size="compact-sm" variant="default" onClick={() => settle(MessageState.PUBLISHED)}>
              {t("moderation.bringBack")}
            </Button>
          )}
        </p>
      );
  }
}
