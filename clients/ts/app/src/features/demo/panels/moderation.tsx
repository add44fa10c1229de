// How the open room is kept in order; for its hosts.
import { IconShieldHalf } from "@tabler/icons-react";
import { Moderation } from "../../talk/moderation/Moderation";
import type { Panel } from "../model/panels";

export const panel: Panel = {
  id: "moderation",
  place: "right",
  order: 15,
  title: "panel.moderation",
  Icon: IconShieldHalf,
  Component: Moderation,
};
