// How a room is moderated, and what waits for its hosts.
//
// Neighbours: `list` reads the pages; they are read anew when an event says that they have changed.

import { useEffect, useMemo, useRef } from "react";
import {
  type AuditEntry,
  type FilterRule,
  type GetModerationResponse,
  type MemberActivity,
  type Message,
  MessageState,
  ModerationService,
  type ModerationSettings,
  type Mute,
  PresenceService,
  type Report,
  type ReportReason,
  type ReportResolution,
  type RoomEvent,
  RoomService,
  type TestFilterResponse,
} from "../proto.js";
import { isHost } from "../state/index.js";
import type { ModerationView } from "../types.js";
import { useRoomEvents } from "./broadcast.js";
import { useSession } from "./context.js";
import { type ListHook, type ReadPage, useList } from "./list.js";
import { useSharedRoom } from "./room.js";
import { useSelected } from "./select.js";

/** What comes in a burst is read anew once. */
export const REFRESH_MS = 300;

/** Moderation with its actions. Actions reject with `ConnectError`; their identity does not change. */
export interface ModerationHook extends ModerationView, ModerationActions {
  /** The mute that the caller is under. It may have ended by time: compare with the clock. */
  readonly mute: Mute | undefined;
  /** Whether the caller moderates. */
  readonly host: boolean;
}

/** What hosts do, and members to report. */
export interface ModerationActions {
  /** For this long; 0 until a host ends it. */
  muteMember(userId: string, durationMs?: number, reason?: string): Promise<void>;
  unmuteMember(userId: string): Promise<void>;
  removeMember(userId: string, reason?: string): Promise<void>;
  /** For this long; 0 until a host ends it. */
  banUser(userId: string, durationMs?: number, reason?: string): Promise<void>;
  unbanUser(userId: string): Promise<void>;
  /** Replaces all settings. */
  update(settings: ModerationSettings): Promise<void>;
  /** What rules would do to a text; those of the room if none are given. */
  testFilter(text: string, rules?: readonly FilterRule[]): Promise<TestFilterResponse>;
  /** Publishes or rejects a message that waits, or puts a published one aside and back. */
  resolveMessage(messageSeq: bigint, state: MessageState): Promise<void>;
  reportMessage(messageSeq: bigint, reason: ReportReason, text?: string): Promise<void>;
  resolveReport(reportSeq: bigint, resolution: ReportResolution): Promise<void>;
  /** Settings, mutes and bans, read now. */
  read(): Promise<GetModerationResponse>;
}

/** How a room is moderated. */
export function useModeration(roomId: string): ModerationHook {
  const session = useSession();
  const room = useSharedRoom(roomId);
  const { moderation, mute, host } = useSelected(room, (state) => ({
    moderation: state.moderation,
    mute: state.me?.mute,
    host: state.status === "live" && isHost(state),
  }));
  const actions = useMemo((): ModerationActions => {
    const service = session.client(ModerationService);
    const rooms = session.client(RoomService);
    return {
      async muteMember(userId, durationMs = 0, reason = "") {
        await service.muteMember({ roomId, userId, durationMs, reason });
      },
      async unmuteMember(userId) {
        await service.unmuteMember({ roomId, userId });
      },
      async removeMember(userId, reason = "") {
        await rooms.removeMember({ roomId, userId, reason });
      },
      async banUser(userId, durationMs = 0, reason = "") {
        await rooms.banUser({ roomId, userId, durationMs, reason });
      },
      async unbanUser(userId) {
        await rooms.unbanUser({ roomId, userId });
      },
      async update(settings) {
        await service.updateModeration({ roomId, settings });
      },
      testFilter: (text, rules = []) => service.testFilter({ roomId, text, rules: [...rules] }),
      async resolveMessage(messageSeq, state) {
        await service.resolveMessage({ roomId, messageSeq, state });
      },
      async reportMessage(messageSeq, reason, text = "") {
        await service.reportMessage({ roomId, messageSeq, reason, text });
      },
      async resolveReport(reportSeq, resolution) {
        await service.resolveReport({ roomId, reportSeq, resolution });
      },
      read: () => service.getModeration({ roomId }),
    };
  }, [session, roomId]);
  return useMemo(() => ({ ...moderation, mute, host, ...actions }), [moderation, mute, host, actions]);
}

/** Messages that wait for a host, oldest first; or those rejected or put aside. */
export function useHeld(roomId: string, state: MessageState = MessageState.PENDING): ListHook<Message> {
  const session = useSession();
  const read = useMemo(
    (): ReadPage<Message, bigint> =>
      async (afterSeq = 0n) => {
        const page = await session.client(ModerationService).listHeldMessages({ roomId, state, afterSeq });
        return { items: page.messages, next: page.more ? page.messages.at(-1)?.seq : undefined };
      },
    [session, roomId, state],
  );
  return useFresh(roomId, useList(read), HELD);
}

/** Reports, oldest first; open ones only unless `all`. */
export function useReports(roomId: string, all = false): ListHook<Report> {
  const session = useSession();
  const read = useMemo(
    (): ReadPage<Report, bigint> =>
      async (afterSeq = 0n) => {
        const page = await session.client(ModerationService).listReports({ roomId, all, afterSeq });
        return { items: page.reports, next: page.more ? page.reports.at(-1)?.seq : undefined };
      },
    [session, roomId, all],
  );
  return useFresh(roomId, useList(read), REPORTS);
}

/** What was done with the power of a host, newest first. */
export function useAudit(roomId: string): ListHook<AuditEntry> {
  const session = useSession();
  const read = useMemo(
    (): ReadPage<AuditEntry, bigint> =>
      async (beforeSeq = 0n) => {
        const page = await session.client(ModerationService).listAudit({ roomId, beforeSeq });
        return { items: page.entries, next: page.more ? page.entries.at(-1)?.seq : undefined };
      },
    [session, roomId],
  );
  return useFresh(roomId, useList(read), AUDIT);
}

/** What everybody who is or was in the room did there; for hosts. Read anew by `refresh`. */
export function useActivity(roomId: string): ListHook<MemberActivity> {
  const session = useSession();
  const read = useMemo(
    (): ReadPage<MemberActivity, string> =>
      async (pageToken = "") => {
        const page = await session.client(PresenceService).listActivity({ roomId, pageToken });
        return { items: page.members, next: page.nextPageToken || undefined };
      },
    [session, roomId],
  );
  return useList(read);
}

type EventName = NonNullable<RoomEvent["event"]["case"]>;

const HELD: ReadonlySet<EventName> = new Set(["messageHeld", "messageResolved", "messageDeleted", "messagesExpired"]);
const REPORTS: ReadonlySet<EventName> = new Set(["messageReported", "reportResolved"]);
const AUDIT: ReadonlySet<EventName> = new Set([
  "messageResolved",
  "messageDeleted",
  "moderationUpdated",
  "memberMuted",
  "memberUnmuted",
  "memberLeft",
  "userBanned",
  "userUnbanned",
  "reportResolved",
  "filterBlocked",
  "pinChanged",
  "roomUpdated",
]);

/** The list, read anew a moment after events of these names, and when the room was told anew from a snapshot. */
function useFresh<T>(roomId: string, list: ListHook<T>, names: ReadonlySet<EventName>): ListHook<T> {
  const { refresh } = list;
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useRoomEvents(roomId, ({ event }) => {
    if (event.case === undefined || !names.has(event.case)) return;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void refresh(), REFRESH_MS);
  });
  // The counts come with each snapshot; where they differ from before, so does the list.
  const room = useSharedRoom(roomId);
  const { epoch } = useSelected(room, ({ cursor }) => ({ epoch: cursor?.epoch }));
  const first = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another life of the log is another list
  useEffect(() => {
    if (!first.current) void refresh();
    first.current = false;
  }, [epoch, refresh]);
  return list;
}
