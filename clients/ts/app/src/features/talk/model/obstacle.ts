// Why somebody may not write just now, as far as this page can know; the server has the last word.
import { type Member, Role, type Room, WritePolicy } from "@trivium/client/proto";

/** What is in the way. */
export type Obstacle =
  | { readonly kind: "closed" | "archived" | "observer" | "off" | "hosts" | "named" | "looking" }
  /** `untilMs` is 0 for when a host ends it. */
  | { readonly kind: "muted"; readonly untilMs: number; readonly reason: string };

/** What is in the way, if anything. */
export function obstacleTo(room: Room | undefined, me: Member | undefined, nowMs: number): Obstacle | undefined {
  if (room === undefined) return undefined;
  if (room.closeTimeMs > 0n) return { kind: "closed" };
  if (room.archiveTimeMs > 0n) return { kind: "archived" };
  if (me === undefined) return { kind: "looking" };
  if (me.role === Role.OBSERVER) return { kind: "observer" };
  const mute = me.mute;
  if (mute !== undefined && (mute.expireTimeMs === 0n || Number(mute.expireTimeMs) > nowMs)) {
    return { kind: "muted", untilMs: Number(mute.expireTimeMs), reason: mute.reason };
  }
  if (isHost(me)) return undefined;
  if (!room.chatEnabled) return { kind: "off" };
  if (room.writePolicy === WritePolicy.HOSTS) return { kind: "hosts" };
  if (room.writePolicy === WritePolicy.NAMED && !room.writerUserIds.includes(me.userId)) return { kind: "named" };
  return undefined;
}

/** Whether somebody runs the room. */
export function isHost(member: Member | undefined): boolean {
  return member?.role === Role.HOST || member?.role === Role.CO_HOST;
}

/** When the next message may be sent in slow mode, by the last own one; 0 for now. */
export function slowUntil(slowModeMs: number, me: Member | undefined, lastOwnMs: bigint | undefined): number {
  if (slowModeMs === 0 || isHost(me) || lastOwnMs === undefined) return 0;
  return Number(lastOwnMs) + slowModeMs;
}
