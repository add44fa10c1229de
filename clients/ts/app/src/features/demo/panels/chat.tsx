// The chat of the open room.
import { IconMessageCircle } from "@tabler/icons-react";
import { Chat } from "../chat/Chat";
import type { Panel } from "../model/panels";

export const panel: Panel = {
  id: "chat",
  place: "middle",
  order: 10,
  title: "panel.chat",
  Icon: IconMessageCircle,
  Component: Chat,
};
