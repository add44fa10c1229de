// The chat beside the game: read, answer, take messages away, keep order, open and close it for players.

import { Switch } from "@mantine/core";
import { RoomService } from "@trivium/client/proto";
import { useTranslation } from "react-i18next";
import "../../talk";
import { type Aside, Talk } from "../../talk/Talk";
import { useGame } from "../room/useGame";
import classes from "./panels.module.css";
import { SidePanel } from "./SidePanel";

const ASIDES: readonly Aside[] = ["search", "pins", "moderation"];

/** The panel. */
export default function Chat({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("host");
  const { roomId, room, run, session, hosts } = useGame();
  return (
    <SidePanel title={t("chat.heading")} onClose={onClose} filled>
      {hosts && (
        <Switch
          className={classes.enable ?? ""}
          size="md"
          label={t("chat.enable")}
          checked={room.room?.chatEnabled ?? false}
          onChange={(event) => {
            const chatEnabled = event.currentTarget.checked;
            void run(() => session.client(RoomService).updateRoom({ roomId, chatEnabled }));
          }}
        />
      )}
      <Talk roomId={roomId} asides={ASIDES} bare />
    </SidePanel>
  );
}
