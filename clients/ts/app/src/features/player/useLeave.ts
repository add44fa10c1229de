// Giving up the seat.
import { RoomService } from "@trivium/client/proto";
import { useSession } from "@trivium/client/react";
import { useCallback } from "react";
import { notifyError } from "../../lib/notify";

/** Leaves the room, then calls `onLeft`; says so if the server refuses. */
export function useLeave(roomId: string, onLeft: () => void): () => void {
  const session = useSession();
  return useCallback(() => {
    session.client(RoomService).leaveRoom({ roomId }).then(onLeft, notifyError);
  }, [session, roomId, onLeft]);
}
