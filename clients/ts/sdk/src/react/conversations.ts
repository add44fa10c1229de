// The rooms that the caller is a member of, with what is new in each: a list of conversations.
//
// Neighbours: `rooms` shares those that are heard. The newest are, while somebody looks at the list; the others are read now and
// then. Of a conversation that others have begun, the inbox (`notifications`) tells.

import { ConnectError } from "@connectrpc/connect";
import { useMemo } from "react";
import {
  type Member,
  type Message,
  MessageState,
  ReceiptService,
  type Room,
  type RoomActivity,
  type Unread,
} from "../proto.js";
import { createStore, type Store } from "../state/index.js";
import type { Readable, RoomState, TriviumSession } from "../types.js";
import { useSession } from "./context.js";
import { heldRoom } from "./held.js";
import { inboxOf } from "./notifications.js";
import { type SharedRoom, sharedRoom } from "./rooms.js";
import { useSelected } from "./select.js";

/** Rooms that are heard: those where something happened last. */
export const MAX_HEARD = 24;
/** Most rooms in the list. */
const MAX_ROWS = 500;
const PAGE = 100;
/** The rooms that are not heard are read anew so often while somebody looks. */
const AGAIN_MS = 60_000;

/** One room in the list. */
export interface ConversationRow {
  readonly roomId: string;
  readonly room: Room;
  /** The newest message that the caller may see. */
  readonly lastMessage: Message | undefined;
  readonly unread: Unread;
  /** In conversations: the other members, at most 8. */
  readonly others: readonly Member[];
  /** Whether the row is kept up to date by events. */
  readonly live: boolean;
}

/** The list with its counts. */
export interface ConversationsHook {
  /** The one where something happened last first. */
  readonly rows: readonly ConversationRow[];
  /** Unread messages and mentions in all of them. */
  readonly unreadCount: number;
  readonly mentionCount: number;
  readonly loading: boolean;
  readonly error: ConnectError | undefined;
  /** Reads the list anew, such as after a room was joined. */
  refresh(): Promise<void>;
}

/** The rooms that the caller is a member of. */
export function useConversations(): ConversationsHook {
  const session = useSession();
  const list = useMemo(() => listOf(session), [session]);
  const shown = useSelected(list.readable, (value) => value, Object.is);
  return useMemo(
    () => ({
      ...shown,
      unreadCount: shown.rows.reduce((sum, row) => sum + row.unread.messageCount, 0),
      mentionCount: shown.rows.reduce((sum, row) => sum + row.unread.mentionCount, 0),
      refresh: list.refresh,
    }),
    [shown, list],
  );
}

type Shown = Pick<ConversationsHook, "rows" | "loading" | "error">;

const lists = new WeakMap<TriviumSession, ConversationList>();

function listOf(session: TriviumSession): ConversationList {
  const known = lists.get(session) ?? new ConversationList(session);
  lists.set(session, known);
  return known;
}

/** The list of one session, shared by all who look at it. */
class ConversationList {
  readonly #session: TriviumSession;
  readonly #store: Store<Shown> = createStore<Shown>({ rows: [], loading: true, error: undefined });
  readonly #heard = new Map<string, { readonly room: SharedRoom; stop(): void }>();
  #read: readonly RoomActivity[] = [];
  #lookers = 0;
  #stop = () => {};
  #turn = 0;

  constructor(session: TriviumSession) {
    this.#session = session;
  }

  /** Read while somebody listens. */
  readonly readable: Readable<Shown> = {
    get: () => this.#store.get(),
    subscribe: (listener) => {
      const stop = this.#store.subscribe(listener);
      this.#lookers += 1;
      if (this.#lookers === 1) this.#begin();
      return () => {
        stop();
        this.#lookers -= 1;
        if (this.#lookers === 0) this.#end();
      };
    },
  };

  readonly refresh = async (): Promise<void> => {
    this.#turn += 1;
    const turn = this.#turn;
    const service = this.#session.client(ReceiptService);
    try {
      const rooms: RoomActivity[] = [];
      let pageToken = "";
      do {
        const page = await service.listUnread({ pageSize: PAGE, pageToken });
        rooms.push(...page.rooms);
        pageToken = page.nextPageToken;
      } while (pageToken !== "" && rooms.length < MAX_ROWS);
      if (turn !== this.#turn) return;
      this.#read = rooms.filter(({ room }) => room !== undefined).slice(0, MAX_ROWS);
      this.#hear();
      this.#show(undefined);
    } catch (thrown) {
      if (turn === this.#turn) this.#show(ConnectError.from(thrown));
    }
  };

  #begin(): void {
    void this.refresh();
    const again = setInterval(() => {
      if (globalThis.document?.visibilityState !== "hidden") void this.refresh();
    }, AGAIN_MS);
    let { status } = this.#session.connection.get();
    const unlisten = this.#session.connection.subscribe(() => {
      const before = status;
      status = this.#session.connection.get().status;
      if (status === "live" && before !== "live") void this.refresh();
    });
    const unhear = this.#hearInbox();
    this.#stop = () => {
      clearInterval(again);
      unlisten();
      unhear();
    };
  }

  /** Reads anew when something has happened in a room that is not in the list yet. */
  #hearInbox(): () => void {
    let stopped = false;
    let stop = () => {};
    const listen = (inboxId: string) => {
      if (stopped || inboxId === "") return;
      stop = heldRoom(this.#session, inboxId).onEvent(({ response }) => {
        if (response.case !== "event" || response.value.event.case !== "notificationAdded") return;
        const roomId = response.value.event.value.notification?.roomId ?? "";
        if (roomId !== "" && !this.#read.some(({ room }) => room?.id === roomId)) void this.refresh();
      });
    };
    // Guests have none.
    inboxOf(this.#session).then(listen, () => {});
    return () => {
      stopped = true;
      stop();
    };
  }

  #end(): void {
    this.#stop();
    this.#turn += 1;
    for (const { stop } of this.#heard.values()) stop();
    this.#heard.clear();
  }

  /** Hears the newest, and no longer those that are not. */
  #hear(): void {
    if (this.#lookers === 0) return;
    const newest = [...this.#read].sort((a, b) => Number(timeOf(b) - timeOf(a))).slice(0, MAX_HEARD);
    const wanted = new Set(newest.map(({ room }) => room?.id ?? ""));
    for (const [roomId, { stop }] of [...this.#heard]) {
      if (wanted.has(roomId)) continue;
      stop();
      this.#heard.delete(roomId);
    }
    for (const roomId of wanted) {
      if (this.#heard.has(roomId)) continue;
      const room = sharedRoom(this.#session, roomId);
      this.#heard.set(roomId, { room, stop: room.subscribe(() => this.#show(this.#store.get().error)) });
    }
  }

  #show(error: ConnectError | undefined): void {
    const before = new Map(this.#store.get().rows.map((row) => [row.roomId, row]));
    const rows = this.#read
      .flatMap((activity) => {
        const row = rowOf(activity, this.#heard.get(activity.room?.id ?? "")?.room.get());
        if (row === undefined) return [];
        const old = before.get(row.roomId);
        return [old !== undefined && same(old, row) ? old : row];
      })
      .sort((a, b) => Number(timeOf(b) - timeOf(a)) || (a.roomId < b.roomId ? -1 : 1));
    const { rows: shown, loading, error: told } = this.#store.get();
    const unchanged = rows.length === shown.length && rows.every((row, at) => row === shown[at]);
    if (!unchanged || loading || told !== error) {
      this.#store.set({ rows: unchanged ? shown : rows, loading: false, error });
    }
  }
}

/** A row from what was read, and from what is heard where it is; none for a room that the caller is no longer in. */
function rowOf(
  { room, lastMessage, unread, others }: RoomActivity,
  heard: RoomState | undefined,
): ConversationRow | undefined {
  if (room === undefined || heard?.status === "ended" || heard?.left !== undefined) return undefined;
  const read: ConversationRow = {
    roomId: room.id,
    room,
    lastMessage,
    unread: unread ?? { $typeName: "trivium.v1.Unread", messageCount: 0, mentionCount: 0 },
    others,
    live: false,
  };
  if (heard?.status !== "live") return read;
  const newest = heard.chat.messages.findLast(({ status, message }) => status === "saved" && isShown(message));
  return {
    ...read,
    room: heard.room ?? room,
    lastMessage: newest?.message ?? (heard.chat.more ? lastMessage : undefined),
    unread: heard.receipts.unread,
    live: true,
  };
}

function isShown({ state }: Message): boolean {
  return state !== MessageState.REJECTED && state !== MessageState.ARCHIVED;
}

function timeOf({
  room,
  lastMessage,
}: {
  readonly room?: Room | undefined;
  readonly lastMessage?: Message | undefined;
}): bigint {
  return lastMessage?.sendTimeMs ?? room?.createTimeMs ?? 0n;
}

function same(a: ConversationRow, b: ConversationRow): boolean {
  return (
    a.room === b.room &&
    a.lastMessage === b.lastMessage &&
    a.unread === b.unread &&
    a.others === b.others &&
    a.live === b.live
  );
}
