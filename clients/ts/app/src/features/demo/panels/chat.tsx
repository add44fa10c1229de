// The chat of the open room.
import { IconMessageCircle } from "@tabler/icons-react";
import { useCallback } from "react";
import { type Aside, Talk } from "../../talk/Talk";
import { messageLink } from "../model/links";
import { useOpenRoom } from "../model/open-room";
import type { Panel, PanelProps } from "../model/panels";

export const panel: Panel = {
  id: "chat",
  place: "middle",
  order: 10,
  title: "panel.chat",
  Icon: IconMessageCircle,
  Component: Chat,
};

const ASIDES: readonly Aside[] = ["search", "pins", "moderation"];

function Chat({ roomId }: PanelProps) {
  const { target, open, guest } = useOpenRoom();
  const linkOf = useCallback((seq: bigint) => messageLink(roomId, seq), [roomId]);
  return (
    <Talk
      roomId={roomId}
      asides={ASIDES}
      target={target}
      linkOf={guest ? undefined : linkOf}
      onRoom={guest ? undefined : open}
    />
  );
}
