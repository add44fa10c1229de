// What concerns the account, from all of its rooms.
import { IconBell } from "@tabler/icons-react";
import { Inbox } from "../../talk/inbox/Inbox";
import type { Panel } from "../model/panels";
import { useGoThere } from "../model/useGoThere";

export const panel: Panel = {
  id: "inbox",
  place: "right",
  order: 17,
  title: "panel.inbox",
  Icon: IconBell,
  Component: OwnInbox,
  roomless: true,
};

function OwnInbox() {
  return <Inbox onOpen={useGoThere()} />;
}
