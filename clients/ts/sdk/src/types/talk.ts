// What an application sees of talk: chat, receipts, moderation, an inbox, announcements, hands.
//
// Neighbours: `../types` has sessions and rooms, of which these are parts.

import type { ConnectError } from "@connectrpc/connect";
import type {
  Announcement,
  FilterBlocked,
  Message,
  ModerationSettings,
  Notification,
  NotificationPreferences,
  Receipt,
  Unread,
} from "../proto.js";

/** Chat of a room. */
export interface ChatView {
  /**
   * Without a hole up to the newest, oldest first, those of threads included; at most 500, and more where `loadOlder` of
   * `useMessages` has read them. Behind the saved ones stand those that are being sent or have failed.
   */
  readonly messages: readonly ChatMessage[];
  /** Whether there are older ones on the server. */
  readonly more: boolean;
  /** Who is typing, without the caller. */
  readonly typing: ReadonlySet<string>;
  /** The pinned messages, newest pin first. */
  readonly pins: readonly Message[];
  /** Whether one was pinned that this client has not read; `usePins` reads it. */
  readonly pinsMissing: boolean;
  /** Threads that were read, by the message that began them; at most eight. */
  readonly threads: ReadonlyMap<bigint, MessagePage>;
  /** Messages around one that was jumped to, while they do not reach those of `messages`. */
  readonly jump?: MessagePage;
}

/** Saved messages in a row, somewhere in the history or in a thread. Kept up to date like all others. */
export interface MessagePage {
  /** Oldest first, at most 500. */
  readonly messages: readonly ChatMessage[];
  /** Whether there are older ones on the server. */
  readonly more: boolean;
  /** Whether there are newer ones on the server that are not here. */
  readonly moreAfter: boolean;
  /** The message that began the thread, as far as it is known; none for a page that is no thread. */
  readonly root?: Message;
}

/** A message with how far it got. */
export interface ChatMessage {
  /** Stable over sending: for lists. */
  readonly key: string;
  readonly message: Message;
  readonly status: "sending" | "saved" | "failed";
  readonly error?: ConnectError;
}

/** Who has received and read what, as far as the caller may know. */
export interface ReceiptsView {
  /** The caller's marks. What is on show here counts at once, before the server has said so. */
  readonly own: Receipt;
  /** Those of others by user; `readSeq` is 0 of who keeps it private. In large rooms none, except for hosts. */
  readonly others: ReadonlyMap<string, Receipt>;
  /** Whether the caller keeps its reading to itself here, and so sees nobody else's. */
  readonly private: boolean;
  /** What the caller has not read, as the server counts it. */
  readonly unread: Unread;
}

/** How the room is moderated, and what waits for hosts. */
export interface ModerationView {
  /** Without the rules except for hosts; absent until something was set. */
  readonly settings?: ModerationSettings;
  /** Messages that wait; hosts only. */
  readonly pendingCount: number;
  /** Open reports; hosts only. */
  readonly reportCount: number;
  /** What rules refused while this client listened, newest first, at most 50; hosts only. */
  readonly blocked: readonly BlockedText[];
}

/** A text that a rule refused. */
export interface BlockedText {
  readonly seq: bigint;
  readonly timeMs: bigint;
  readonly blocked: FilterBlocked;
}

/** A user's inbox: of the room that `ListNotifications` names. */
export interface InboxView {
  /** Newest first, at most 200. */
  readonly notifications: readonly Notification[];
  /** Whether there may be older ones on the server. */
  readonly more: boolean;
  readonly unreadCount: number;
  /** What the owner wants to hear, if this client heard of a change. */
  readonly preferences?: NotificationPreferences;
}

/** A hand that is up. */
export interface Hand {
  readonly userId: string;
  /** When it was raised: hands stand in the order of this. */
  readonly timeMs: bigint;
}

/** What talk adds to the state of a room. */
export interface TalkState {
  readonly chat: ChatView;
  readonly receipts: ReceiptsView;
  readonly moderation: ModerationView;
  /** Raised hands, the first one raised first. */
  readonly hands: readonly Hand[];
  /** Of an inbox. */
  readonly inbox?: InboxView;
  /** Of the room of announcements: newest first, at most 50. Those that have expired may still be there. */
  readonly announcements: readonly Announcement[];
}

/** Data that somebody sent to all programs that listen to the room. */
export interface BroadcastMessage {
  /** Name of the event. */
  readonly event: string;
  /** The JSON value. */
  readonly payload: unknown;
  /** Who sent it. */
  readonly actorId: string;
  readonly seq: bigint;
  readonly timeMs: bigint;
}

/** What this client does in talk itself: see `LocalEffect`. */
export type TalkEffect =
  /** A new message, or another attempt under the same key. */
  | { readonly kind: "message-sending"; readonly key: string; readonly message: Message }
  | { readonly kind: "message-saved"; readonly key: string; readonly message: Message }
  | { readonly kind: "message-failed"; readonly key: string; readonly error: ConnectError }
  /** A message that failed is given up. */
  | { readonly kind: "message-dropped"; readonly key: string }
  /** Older messages were read, oldest first. */
  | { readonly kind: "messages-loaded"; readonly messages: readonly Message[]; readonly more: boolean }
  /** A page of a thread was read; `root` replaces what was known of the message that began it. */
  | {
      readonly kind: "thread-loaded";
      readonly threadSeq: bigint;
      readonly root?: Message;
      readonly messages: readonly Message[];
      readonly more: boolean;
    }
  /** Messages around another one were read, or more of them at one end: `more` and `moreAfter` are of that end. */
  | {
      readonly kind: "jump-loaded";
      readonly messages: readonly Message[];
      readonly at: "around" | "before" | "after";
      readonly more: boolean;
      readonly moreAfter: boolean;
    }
  /** The pins were read, newest first. */
  | { readonly kind: "pins-loaded"; readonly pins: readonly Message[] }
  /** Back to the newest. */
  | { readonly kind: "jump-left" }
  /** Everything up to here was shown. */
  | { readonly kind: "read"; readonly seq: bigint }
  /** Marks were read. */
  | { readonly kind: "receipts-loaded"; readonly receipts: readonly Receipt[] }
  /** The server's word on the caller's marks. */
  | { readonly kind: "acknowledged"; readonly receipt: Receipt; readonly unread: Unread }
  /** Older notifications were read, newest first. */
  | { readonly kind: "notifications-loaded"; readonly notifications: readonly Notification[]; readonly more: boolean };

/** Calls back with what is sent to programs; see `RoomHandle.onBroadcast`. */
export type BroadcastListener = (message: BroadcastMessage) => void;
