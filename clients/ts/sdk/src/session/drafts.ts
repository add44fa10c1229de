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
  /** What was touched since it was written: another tab may have touched the rest. */
  readonly #touched = new Set<string>();

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
    const at = key(roomId, threadSeq);
    put(this.#texts, at, text.slice(0, MAX_DRAFT));
    this.#touched.add(at);
    if (!this.#timer.armed) this.#timer.set(WRITE_MS, () => this.flush());
  }

  /** Writes what is not written yet. */
  flush(): void {
    this.#timer.clear();
    if (this.#owner === "" || this.#touched.size === 0) return;
    const texts = new Map(read(this.#shelf.read(this.#key)?.texts));
    for (const at of this.#touched) put(texts, at, this.#texts.get(at) ?? "");
    this.#touched.clear();
    this.#shelf.write(this.#key, texts.size > 0 ? { texts: [...texts] } : undefined);
  }

  get #key(): string {
    return shelfOf("drafts", `${this.#origin}:${this.#owner}`);
  }

  /** Before anybody is known what is typed waits; another user has other drafts. */
  #settle(): void {
    const userId = this.#userId();
    if (userId === this.#owner || userId === "") return;
    const typed = this.#owner === "" ? this.#texts : new Map<string, string>();
    if (this.#owner !== "") {
      this.flush();
      this.#touched.clear();
    }
    this.#owner = userId;
    this.#texts = new Map([...read(this.#shelf.read(this.#key)?.texts), ...typed]);
  }
}

/** Puts a text at the end, or takes it out; no more than so many stay. */
function put(texts: Map<string, string>, at: string, text: string): void {
  texts.delete(at);
  if (text !== "") texts.set(at, text);
  for (const oldest of texts.keys()) {
    if (texts.size <= MAX_DRAFTS) break;
    texts.delete(oldest);
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
