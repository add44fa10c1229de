// Addresses that lead into the same room by other ways.
import { normalCode } from "../../../lib/codes";

type Origin = Pick<Location, "origin">;

/** This page in a room, by a road of one's own choice. */
export function roomLink(roomId: string, road?: string): string {
  const search = new URLSearchParams({ room: roomId, ...(road === undefined ? {} : { road }) });
  return `/demo-realtime?${search}`;
}

/** A message in a room, for whoever is in it. */
export function messageLink(roomId: string, seq: bigint, { origin }: Origin = location): string {
  return `${origin}/demo-realtime?${new URLSearchParams({ room: roomId, message: String(seq) })}`;
}

/** This page for whoever has the code, on any device. */
export function codeLink(code: string, { origin }: Origin = location): string {
  return `${origin}/demo-realtime?code=${encodeURIComponent(normalCode(code))}`;
}

/** How a terminal follows the room. */
export function watchCommand(roomId: string, { origin }: Origin = location): string {
  return `trivium watch ${roomId} --server ${origin}`;
}
