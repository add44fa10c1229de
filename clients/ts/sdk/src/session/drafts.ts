// What was typed and not sent, kept over reloads.
//
// Neighbours: `storage` reads and writes without errors; `react/drafts` shows it.

import type { Drafts } from "../types.js";
import { type Shelf, shelfOf } from "./storage.js";
import { Timer } from "./timer.js";

/** Most drafts of one user; those untouched for longest go first. */
export const MAX_DRAFTS = 64;
/** Longest draft, in UTF-16 code units: that of a message. */
export const MAX_DRAFT = 4_000;
/** Typing is not written letter by letter. */
const WRITE_MS = 250;

/** The drafts of a session. They belong to the user whom the session is for at the time. */
export class DraftShelf implements Drafts {
  readonly #shelf: Shelf;
  readonly #origin: string;
  readonly #userId: () => string;
  readonly #timer = new Timer();
  #owner = "";
  /** By room and thread, the one touched last at the end. */
  #texts = new Map<string, string>();

  constructor(shelf: Shelf, origin: string, userId: () => string) {
    this.#shelf = shelf;
    this.#origin = origin;
    this.#userId = userId;
  }

  get(roomId: string, threadSeq = 0n): string {
    this.#settle();
    return this.#texts.get(key(roomId, threadSeq)) ?? "";
  }

  set(roomId: string, text: string, threadSeq = 0n): void {
    this.#settle();
    this.#texts.delete(key(roomId, threadSeq));
    if (text !== "") this.#texts.set(key(roomId, threadSeq), text.slice(0, MAX_DRAFT));
    for (const oldest of this.#texts.keys()) {
      if (this.#texts.size <= MAX_DRAFTS) break;
      this.#texts.delete(oldest);
    }
    if (!this.#timer.armed) this.#timer.set(WRITE_MS, () => this.flush());
  }

  /** Writes what is not written yet. */
  flush(): void {
    if (!this.#timer.armed && this.#owner === "") return;
    this.#timer.clear();
    if (this.#owner === "") return;
    const texts = [...this.#texts];
    this.#shelf.write(this.#key, texts.length > 0 ? { texts } : undefined);
  }

  get #key(): string {
    return shelfOf("drafts", `${this.#origin}:${this.#owner}`);
  }

  /** Before anybody is known what is typed waits; another user has other drafts. */
  #settle(): void {
    const userId = this.#userId();
    if (userId === this.#owner || userId === "") return;
    const typed = this.#owner === "" ? this.#texts : new Map<string, string>();
    this.flush();
    this.#owner = userId;
    this.#texts = new Map([...read(this.#shelf.read(this.#key)?.texts), ...typed]);
  }
}

function key(roomId: string, threadSeq: bigint): string {
  return `${roomId} ${threadSeq}`;
}

function read(kept: unknown): [string, string][] {
  if (!Array.isArray(kept)) return [];
  return kept.slice(0, MAX_DRAFTS).flatMap((entry: unknown): [string, string][] => {
    if (!Array.isArray(entry)) return [];
    const [at, text]: unknown[] = entry;
    return typeof at === "string" && typeof text === "string" ? [[at, text.slice(0, MAX_DRAFT)]] : [];
  });
}
