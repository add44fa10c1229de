// The caller's inbox, and announcements to everybody: heard for the rest of the session once somebody has looked.
//
// Neighbours: `held` keeps the rooms heard.

import { ConnectError } from "@connectrpc/connect";
import { useEffect, useMemo, useRef, useState } from "react";
import {
  type Announcement,
  type Notification,
  type NotificationPreferences,
  NotificationService,
  type RoomEvent,
} from "../proto.js";
import { emptyRoom } from "../state/index.js";
import type { Readable, RoomHandle, RoomState, TriviumSession } from "../types.js";
import { useSession } from "./context.js";
import { heldRoom, oncePerSession } from "./held.js";
import { useConnection } from "./room.js";
import { wakeAt } from "./schedule.js";
import { useSelected } from "./select.js";

/** An inbox with its actions. Actions reject with `ConnectError`. */
export interface NotificationsHook {
  /** Newest first. */
  readonly notifications: readonly Notification[];
  readonly unreadCount: number;
  readonly more: boolean;
  /** `none`: the caller has no inbox, such as a guest. */
  readonly status: "loading" | "live" | "none";
  loadOlder(): Promise<void>;
  markRead(...seqs: bigint[]): Promise<void>;
  markAllRead(): Promise<void>;
  /** What the caller wants to hear. */
  preferences(): Promise<NotificationPreferences | undefined>;
  setPreferences(preferences: NotificationPreferences): Promise<void>;
}

/** The room of the caller's inbox. */
export const inboxOf = oncePerSession(async (session) => {
  const { inboxRoomId } = await session.client(NotificationService).listNotifications({ pageSize: 1 });
  return inboxRoomId;
});

const announcementsOf = oncePerSession(async (session) => {
  const { roomId } = await session.client(NotificationService).listAnnouncements({});
  return roomId;
});

/** The caller's inbox. */
export function useNotifications(): NotificationsHook {
  const session = useSession();
  const { room, error } = useHeld(session, inboxOf);
  const { inbox } = useSelected(room?.state ?? NOTHING, (state) => ({ inbox: state.inbox }));
  const status = inbox !== undefined ? "live" : error === undefined ? "loading" : "none";
  return useMemo(() => {
    const service = session.client(NotificationService);
    const newest = inbox?.notifications[0]?.seq ?? 0n;
    return {
      notifications: inbox?.notifications ?? [],
      unreadCount: inbox?.unreadCount ?? 0,
      more: inbox?.more ?? false,
      status,
      async loadOlder() {
        const beforeSeq = inbox?.notifications.at(-1)?.seq ?? 0n;
        const { notifications, more } = await service.listNotifications({ beforeSeq, pageSize: 50 });
        room?.apply({ kind: "notifications-loaded", notifications, more });
      },
      async markRead(...seqs) {
        if (seqs.length > 0) await service.markNotificationsRead({ seqs });
      },
      async markAllRead() {
        if (newest > 0n) await service.markNotificationsRead({ throughSeq: newest });
      },
      async preferences() {
        return inbox?.preferences ?? (await service.getNotificationPreferences({})).preferences;
      },
      async setPreferences(preferences) {
        await service.updateNotificationPreferences({ preferences });
      },
    };
  }, [session, room, inbox, status]);
}

/** Calls back for each notification that comes while the component is there: for toasts. Quiet ones are marked as such. */
export function useOnNotification(listener: (notification: Notification) => void): void {
  const { room } = useHeld(useSession(), inboxOf);
  useEvents(room, ({ event }) => {
    if (event.case === "notificationAdded" && event.value.notification !== undefined)
      listener(event.value.notification);
  });
}

/** Announcements to everybody that are of interest now, newest first. Empty for callers who may not hear them. */
export function useAnnouncements(): readonly Announcement[] {
  const session = useSession();
  const { clock } = session;
  const { room } = useHeld(session, announcementsOf);
  const { all } = useSelected(room?.state ?? NOTHING, (state) => ({ all: state.announcements }));
  const [now, setNow] = useState(() => clock.now());
  const current = useMemo(() => all.filter((each) => isOfInterest(each, now)), [all, now]);
  useEffect(() => {
    const ends = current.map((each) => Number(each.expireTimeMs)).filter((end) => end > 0);
    if (ends.length === 0) return;
    return wakeAt(clock, Math.min(...ends), () => setNow(clock.now()));
  }, [clock, current]);
  return current;
}

/** Calls back for each announcement that is made while the component is there. */
export function useOnAnnouncement(listener: (announcement: Announcement) => void): void {
  const { room } = useHeld(useSession(), announcementsOf);
  useEvents(room, ({ event }) => {
    if (event.case === "announcementMade" && event.value.announcement !== undefined) listener(event.value.announcement);
  });
}

function isOfInterest({ expireTimeMs }: Announcement, nowMs: number): boolean {
  return expireTimeMs === 0n || Number(expireTimeMs) > nowMs;
}

const NOTHING: Readable<RoomState> = (() => {
  const empty = emptyRoom("");
  return { get: () => empty, subscribe: () => () => {} };
})();

/** The room that the server names, once the session is connected; tried again with each connection. */
function useHeld(
  session: TriviumSession,
  find: (session: TriviumSession) => Promise<string>,
): { readonly room?: RoomHandle; readonly error?: ConnectError } {
  const [found, setFound] = useState<{ readonly room?: RoomHandle; readonly error?: ConnectError }>({});
  const live = useConnection(({ status }) => status === "live");
  const known = found.room !== undefined;
  useEffect(() => {
    if (!live || known) return;
    let gone = false;
    find(session)
      .then((roomId) => {
        if (!gone) setFound(roomId === "" ? {} : { room: heldRoom(session, roomId) });
      })
      .catch((thrown: unknown) => {
        if (!gone) setFound({ error: ConnectError.from(thrown) });
      });
    return () => {
      gone = true;
    };
  }, [live, known, find, session]);
  return found;
}

function useEvents(room: RoomHandle | undefined, listener: (event: RoomEvent) => void): void {
  const latest = useRef(listener);
  useEffect(() => {
    latest.current = listener;
  });
  useEffect(
    () =>
      room?.onEvent(({ response }) => {
        if (response.case === "event") latest.current(response.value);
      }),
    [room],
  );
}
