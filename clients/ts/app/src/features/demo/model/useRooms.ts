// The rooms of an account, as the server lists them.
import { type Room, RoomService } from "@trivium/client/proto";
import { useSession } from "@trivium/client/react";
import { useCallback, useEffect, useState } from "react";
import { notifyError } from "../../../lib/notify";

/** Most rooms in the list. */
const PAGE = 50;

interface Rooms {
  /** Open ones, the newest first; absent until read. */
  readonly rooms: readonly Room[] | undefined;
  again(): void;
}

export function useRooms(): Rooms {
  const session = useSession();
  const [rooms, setRooms] = useState<readonly Room[]>();
  const [turn, setTurn] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `turn` asks for another reading
  useEffect(() => {
    let stale = false;
    session
      .client(RoomService)
      .listRooms({ pageSize: PAGE })
      .then(
        (answer) => {
          if (!stale) setRooms(answer.rooms.filter((room) => room.closeTimeMs === 0n).sort(newestFirst));
        },
        (error) => {
          if (!stale) void notifyError(error);
        },
      );
    return () => {
      stale = true;
    };
  }, [session, turn]);
  const again = useCallback(() => setTurn((before) => before + 1), []);
  return { rooms, again };
}

const newestFirst = (a: Room, b: Room): number => Number(b.createTimeMs - a.createTimeMs);
