// What a room is called in a list.
import type { ConversationRow } from "@trivium/client/react";

/** Its title, else the names of the others in it. */
export function titleOf({ room, others }: ConversationRow, ownId: string): string {
  const names = others.filter(({ userId }) => userId !== ownId).map(({ nickname }) => nickname);
  return room.title || names.join(", ") || room.id;
}
