// What this page remembers by itself: the open room, drafts and how far each room was read. None of it hangs on a connection.
//
// Drafts live as long as the tab, read marks as long as the device.
import { create } from "zustand";
import { load, save } from "../../../lib/storage";

/** Text that is not sent yet. */
export interface Draft {
  readonly text: string;
  /** Number of the message that it answers, or that it is to replace; decimal. */
  readonly replyTo?: string;
  readonly edits?: string;
}

interface Desk {
  readonly drafts: Readonly<Record<string, Draft>>;
  /** Number of the newest message that was seen, by user and room (`chat/useReading`); decimal. */
  readonly read: Readonly<Record<string, string>>;
  setDraft(roomId: string, draft: Draft): void;
  /** Moves the mark forward, never back. */
  markRead(key: string, seq: bigint): void;
}

const DRAFTS = "trivium.demo.drafts";
const READ = "trivium.demo.read";
/** Most rooms that are remembered. */
const KEPT = 50;

export const NO_DRAFT: Draft = { text: "" };

export const useDesk = create<Desk>((set, get) => ({
  drafts: parse<Draft>(
    fromTab(),
    (value): value is Draft => typeof value === "object" && value !== null && "text" in value,
  ),
  read: parse<string>(load(READ), (value): value is string => typeof value === "string" && /^\d+$/.test(value)),
  setDraft(roomId, draft) {
    const others = without(get().drafts, roomId);
    const drafts = isEmpty(draft) ? others : newest({ ...others, [roomId]: draft });
    set({ drafts });
    toTab(JSON.stringify(drafts));
  },
  markRead(key, seq) {
    if (seq <= readMark(get().read, key)) return;
    const read = newest({ ...without(get().read, key), [key]: String(seq) });
    set({ read });
    save(READ, JSON.stringify(read));
  },
}));

/** Number of the newest message that was seen; 0 for none. */
export function readMark(read: Desk["read"], key: string): bigint {
  return BigInt(read[key] ?? 0);
}

const isEmpty = ({ text, replyTo, edits }: Draft) => text === "" && replyTo === undefined && edits === undefined;

function without<T>(record: Readonly<Record<string, T>>, key: string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([each]) => each !== key));
}

function newest<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).slice(-KEPT));
}

function parse<T>(text: string | null, fits: (value: unknown) => value is T): Record<string, T> {
  try {
    const kept: unknown = JSON.parse(text ?? "{}");
    if (typeof kept !== "object" || kept === null) return {};
    return Object.fromEntries(Object.entries(kept).filter((entry): entry is [string, T] => fits(entry[1])));
  } catch {
    return {};
  }
}

function fromTab(): string | null {
  try {
    return sessionStorage.getItem(DRAFTS);
  } catch {
    return null;
  }
}

function toTab(text: string): void {
  try {
    sessionStorage.setItem(DRAFTS, text);
  } catch {
    // Then drafts last as long as the page.
  }
}
