// An inbox with its notifications, and the room of announcements.
//
// Neighbours: `reduce` brings events here, `snapshot` begins it.

import { type Notification, type RoomEvent, RoomKind, type RoomSnapshot } from "../proto.js";
import type { InboxView, RoomState } from "../types.js";

/** Most notifications kept. */
export const MAX_NOTIFICATIONS = 200;
/** Most announcements kept. */
export const MAX_ANNOUNCEMENTS = 50;
/** How many notifications a snapshot has at most: with fewer, there are no older ones. */
const SNAPSHOT_NOTIFICATIONS = 50;

/** The inbox from a snapshot; none in any other room. */
export function inboxFrom(before: RoomState, snapshot: RoomSnapshot): { readonly inbox?: InboxView } {
  if (snapshot.room?.kind !== RoomKind.INBOX) return {};
  const { notifications, notificationCount } = snapshot;
  const preferences = before.inbox?.preferences;
  return {
    inbox: {
      notifications,
      more: notifications.length >= SNAPSHOT_NOTIFICATIONS,
      unreadCount: notificationCount,
      ...(preferences === undefined ? {} : { preferences }),
    },
  };
}

/** The room after an event of an inbox or of announcements; the same object where it is neither. */
export function reduceInbox(state: RoomState, { event }: RoomEvent): RoomState {
  switch (event.case) {
    case "notificationAdded": {
      const { notification, unreadCount } = event.value;
      return withInbox(state, (inbox) => ({
        ...inbox,
        ...(notification === undefined ? {} : bounded([notification, ...inbox.notifications], inbox.more)),
        unreadCount,
      }));
    }
    case "notificationsRead": {
      const { throughSeq, seqs, unreadCount } = event.value;
      const some = new Set(seqs);
      const read = (each: Notification) => !each.read && (each.seq <= throughSeq || some.has(each.seq));
      return withInbox(state, (inbox) => ({
        ...inbox,
        notifications: inbox.notifications.map((each) => (read(each) ? { ...each, read: true } : each)),
        unreadCount,
      }));
    }
    case "preferencesUpdated": {
      const { preferences } = event.value;
      return preferences === undefined ? state : withInbox(state, (inbox) => ({ ...inbox, preferences }));
    }
    case "announcementMade": {
      const { announcement } = event.value;
      if (announcement === undefined) return state;
      return { ...state, announcements: [announcement, ...state.announcements].slice(0, MAX_ANNOUNCEMENTS) };
    }
    case "announcementRetracted": {
      const { announcementSeq } = event.value;
      return { ...state, announcements: state.announcements.filter((each) => each.seq !== announcementSeq) };
    }
    default:
      return state;
  }
}

/** The inbox after this client has read older notifications of it, newest first. */
export function withOlder(state: RoomState, older: readonly Notification[], more: boolean): RoomState {
  return withInbox(state, (inbox) => {
    const known = new Set(inbox.notifications.map((each) => each.seq));
    const fresh = older.filter((each) => !known.has(each.seq));
    return { ...inbox, ...bounded([...inbox.notifications, ...fresh], more) };
  });
}

function bounded(notifications: readonly Notification[], more: boolean): Pick<InboxView, "notifications" | "more"> {
  return {
    notifications: notifications.slice(0, MAX_NOTIFICATIONS),
    more: more || notifications.length > MAX_NOTIFICATIONS,
  };
}

function withInbox(state: RoomState, change: (inbox: InboxView) => InboxView): RoomState {
  return state.inbox === undefined ? state : { ...state, inbox: change(state.inbox) };
}
