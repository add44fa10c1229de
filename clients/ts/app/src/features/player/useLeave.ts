// Giving up the seat.
import { ConnectError } from "@connectrpc/connect";
import { RoomService } from "@trivium/client/proto";
import { useSession } from "@trivium/client/react";
import { useCallback } from "react";
import { toast } from "sonner";

/** Leaves the room, then calls `onLeft`; says so if the server refuses. */
export function useLeave(roomId: string, onLeft: () => void): () => void {
  const session = useSession();
  return useCallback(() => {
    session
      .client(RoomService)
      .leaveRoom({ roomId })
      .then(onLeft, (error: unknown) => toast.error(ConnectError.from(error).rawMessage));
  }, [session, roomId, onLeft]);
}
