// A room as its host sees it: `/host/:roomId`.

import { Projector } from "./room/Projector";
import { GameProvider, useGameOf } from "./room/useGame";

/** The page of a room. */
export function HostRoom({ roomId }: { roomId: string }) {
  const game = useGameOf(roomId);
  return (
    <GameProvider value={game}>
      <Projector />
    </GameProvider>
  );
}
