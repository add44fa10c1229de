// Goes where a notification leads: to its message in this page, else to its address.
import type { Notification } from "@trivium/client/proto";
import { useCallback } from "react";
import { useLocation } from "wouter";
import { destination } from "../../talk/model/links";
import { useOpenRoom } from "./open-room";

export function useGoThere(): (notification: Notification) => void {
  const { open } = useOpenRoom();
  const [, navigate] = useLocation();
  return useCallback(
    ({ roomId, messageSeq, link }) => {
      const to = destination(link);
      if (roomId !== "") open(roomId, messageSeq);
      else if (to === undefined) return;
      else if ("path" in to) navigate(to.path);
      else window.open(to.url, "_blank", "noopener,noreferrer");
    },
    [open, navigate],
  );
}
