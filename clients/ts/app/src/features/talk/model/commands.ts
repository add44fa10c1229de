// What people do in a room beside writing: pins, reports, hands, and what hosts do about messages and members.
//
// Each tells whether it worked; what the server refuses is shown as a toast.
import type { TriviumSession } from "@trivium/client";
import {
  ChatService,
  type MessageState,
  ModerationService,
  PresenceService,
  type ReportReason,
  type ReportResolution,
  RoomService,
} from "@trivium/client/proto";
import { useSession } from "@trivium/client/react";
import { useMemo } from "react";
import { notifyError } from "../../../lib/notify";

/** The commands of a room. */
export interface Commands {
  pin(messageSeq: bigint, present: boolean): Promise<boolean>;
  report(messageSeq: bigint, reason: ReportReason, text: string): Promise<boolean>;
  /** The caller's own hand. */
  raiseHand(raised: boolean): Promise<boolean>;
  lowerHand(userId: string): Promise<boolean>;
  /** Publishes, rejects, puts aside or brings back a message. */
  resolve(messageSeq: bigint, state: MessageState): Promise<boolean>;
  resolveReport(reportSeq: bigint, resolution: ReportResolution): Promise<boolean>;
  /** For so long; 0 until a host ends it. */
  mute(userId: string, durationMs: number, reason: string): Promise<boolean>;
  unmute(userId: string): Promise<boolean>;
  remove(userId: string, reason: string): Promise<boolean>;
  /** For so long; 0 until a host ends it. */
  ban(userId: string, durationMs: number, reason: string): Promise<boolean>;
  unban(userId: string): Promise<boolean>;
}

/** The commands of a room; the same object as long as it is the same room. */
export function useCommands(roomId: string): Commands {
  const session = useSession();
  return useMemo(() => commandsOf(session, roomId), [session, roomId]);
}

function commandsOf(session: TriviumSession, roomId: string): Commands {
  const chat = session.client(ChatService);
  const moderation = session.client(ModerationService);
  const presence = session.client(PresenceService);
  const rooms = session.client(RoomService);
  return {
    pin: (messageSeq, present) => worked(chat.setPin({ roomId, messageSeq, present })),
    report: (messageSeq, reason, text) => worked(moderation.reportMessage({ roomId, messageSeq, reason, text })),
    raiseHand: (raised) => worked(presence.raiseHand({ roomId, raised })),
    lowerHand: (userId) => worked(presence.raiseHand({ roomId, raised: false, userId })),
    resolve: (messageSeq, state) => worked(moderation.resolveMessage({ roomId, messageSeq, state })),
    resolveReport: (reportSeq, resolution) => worked(moderation.resolveReport({ roomId, reportSeq, resolution })),
    mute: (userId, durationMs, reason) => worked(moderation.muteMember({ roomId, userId, durationMs, reason })),
    unmute: (userId) => worked(moderation.unmuteMember({ roomId, userId })),
    remove: (userId, reason) => worked(rooms.removeMember({ roomId, userId, reason })),
    ban: (userId, durationMs, reason) => worked(rooms.banUser({ roomId, userId, durationMs, reason })),
    unban: (userId) => worked(rooms.unbanUser({ roomId, userId })),
  };
}

/** Whether a command worked; a failure is said. */
export async function worked(command: Promise<unknown>): Promise<boolean> {
  try {
    await command;
    return true;
  } catch (error) {
    await notifyError(error, "talk");
    return false;
  }
}
