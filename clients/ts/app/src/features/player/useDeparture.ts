// Why this player is no longer in the room: removed, banned, left, or the room closed.
import { LeaveReason } from "@trivium/client/proto";
import { useSession } from "@trivium/client/react";
import { useEffect, useState } from "react";
import type { Door } from "./join/refusal";

export interface Departure {
  readonly door: Door;
  /** What the host said; empty for nothing. */
  readonly message: string;
}

const DOORS: Record<LeaveReason, Door> = {
  [LeaveReason.UNSPECIFIED]: "removed",
  [LeaveReason.LEFT]: "left",
  [LeaveReason.REMOVED]: "removed",
  [LeaveReason.BANNED]: "banned",
};

/** Listens for the event that says so: the state of the room only says that it is over. */
export function useDeparture(roomId: string, userId: string): Departure | undefined {
  const session = useSession();
  const [departure, setDeparture] = useState<Departure>();
  useEffect(() => {
    const room = session.room(roomId);
    const stop = room.onEvent(({ response }) => {
      if (response.case !== "event") return;
      const { event } = response.value;
      if (event.case === "roomClosed") setDeparture({ door: "closed", message: "" });
      if (event.case === "memberLeft" && event.value.userId === userId) {
        setDeparture({ door: DOORS[event.value.reason], message: event.value.message });
      }
    });
    return () => {
      stop();
      room.release();
    };
  }, [session, roomId, userId]);
  return departure;
}
