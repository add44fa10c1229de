// A room before its first snapshot.
//
// Neighbours: `reduce` fills it.

import type { ChatView, RoomState } from "../types.js";
import { NO_MODERATION } from "./moderation.js";
import { noReceipts } from "./receipts.js";

const NO_CHAT: ChatView = {
  messages: [],
  more: false,
  typing: new Set(),
  pins: [],
  pinsMissing: false,
  threads: new Map(),
};

/** The state of a room of which nothing is known yet. */
export function emptyRoom(roomId: string): RoomState {
  return {
    roomId,
    status: "loading",
    members: new Map(),
    memberCount: 0,
    presences: new Map(),
    bannedUserIds: new Set(),
    invitations: new Map(),
    chat: NO_CHAT,
    receipts: noReceipts(),
    moderation: NO_MODERATION,
    hands: [],
    announcements: [],
  };
}
