// What is kept over reloads: a guest's seat per origin and code, and this tab's resume token and unanswered commands.
//
// Stores of browsers may be full, forbidden or edited by hand. Nothing here throws; what cannot be read is not there.

import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { base64Decode, base64Encode } from "@bufbuild/protobuf/wire";
import { type JoinRoomRequest, JoinRoomRequestSchema, type Member, MemberSchema } from "../proto.js";
import type { KeyValue } from "../types.js";

const PREFIX = "trivium";
/** Commands older than this are no longer what anybody wants. */
const KEPT_MS = 10 * 60_000;
/** Most commands kept. */
const KEPT = 64;

/** A guest's seat. */
export interface Seat {
  readonly roomId: string;
  readonly member: Member;
  readonly token: string;
  readonly expireTimeMs: number;
  /** The request that bought it. Repeated, it yields another token for the same seat. */
  readonly request: JoinRoomRequest;
}

/** A command without an answer. */
export interface KeptCommand {
  /** Field of `ConnectRequest`. */
  readonly field: string;
  readonly request: Uint8Array;
  /** Whose it is. */
  readonly userId: string;
  /** When it was given, in milliseconds since the Unix epoch. */
  readonly timeMs: number;
}

/** Where something of this kind is kept. */
export function shelfOf(kind: string, whose: string): string {
  return `${PREFIX}:${kind}:${whose}`;
}

/** A store, read and written without errors. */
export class Shelf {
  readonly #store: KeyValue | undefined;

  constructor(store: KeyValue | null | undefined) {
    this.#store = store ?? undefined;
  }

  read(key: string): Record<string, unknown> | undefined {
    try {
      const value: unknown = JSON.parse(this.#store?.getItem(key) ?? "null");
      return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
    } catch {
      return undefined;
    }
  }

  write(key: string, value: object | undefined): void {
    try {
      if (value === undefined) this.#store?.removeItem(key);
      else this.#store?.setItem(key, JSON.stringify(value));
    } catch {
      // Full, or forbidden: then it is not kept.
    }
  }
}

/** The store that a browser has under this name; a page may be forbidden to touch it. */
export function browserStore(name: "localStorage" | "sessionStorage"): KeyValue | undefined {
  try {
    return globalThis[name];
  } catch {
    return undefined;
  }
}

/** The code that somebody meant: capitals, without spaces and dashes. */
export function normalizeCode(typed: string): string {
  return typed.replace(/[\s\-_.\u2010-\u2015]/g, "").toUpperCase();
}

/** Reads, writes and forgets the seat of one origin and code. */
export class SeatShelf {
  readonly #shelf: Shelf;
  readonly #key: string;

  constructor(store: KeyValue | null | undefined, origin: string, code: string) {
    this.#shelf = new Shelf(store);
    this.#key = `${PREFIX}:seat:${origin}:${normalizeCode(code)}`;
  }

  read(): Seat | undefined {
    const kept = this.#shelf.read(this.#key);
    try {
      if (!kept) return undefined;
      const seat: Seat = {
        roomId: text(kept.roomId),
        token: text(kept.token),
        expireTimeMs: Number(kept.expireTimeMs),
        member: fromBinary(MemberSchema, base64Decode(text(kept.member))),
        request: fromBinary(JoinRoomRequestSchema, base64Decode(text(kept.request))),
      };
      return seat.expireTimeMs > Date.now() ? seat : undefined;
    } catch {
      return undefined;
    }
  }

  write(seat: Seat): void {
    this.#shelf.write(this.#key, {
      roomId: seat.roomId,
      token: seat.token,
      expireTimeMs: seat.expireTimeMs,
      member: base64Encode(toBinary(MemberSchema, seat.member)),
      request: base64Encode(toBinary(JoinRoomRequestSchema, seat.request)),
    });
  }

  forget(): void {
    this.#shelf.write(this.#key, undefined);
  }
}

/** What one tab keeps of its session. */
export class TabShelf {
  readonly #shelf: Shelf;
  readonly #key: string;

  constructor(store: KeyValue | null | undefined, origin: string, who: string) {
    this.#shelf = new Shelf(store);
    this.#key = `${origin}:${who}`;
  }

  readResumeToken(): Uint8Array {
    try {
      return base64Decode(text(this.#shelf.read(`${PREFIX}:resume:${this.#key}`)?.token));
    } catch {
      return new Uint8Array();
    }
  }

  writeResumeToken(token: Uint8Array): void {
    const value = token.length > 0 ? { token: base64Encode(token) } : undefined;
    this.#shelf.write(`${PREFIX}:resume:${this.#key}`, value);
  }

  readCommands(): KeptCommand[] {
    const kept = this.#shelf.read(`${PREFIX}:outbox:${this.#key}`)?.commands;
    if (!Array.isArray(kept)) return [];
    return kept.slice(0, KEPT).flatMap((value: unknown) => {
      const command = asCommand(value);
      return command && Date.now() - command.timeMs < KEPT_MS ? [command] : [];
    });
  }

  writeCommands(commands: readonly KeptCommand[]): void {
    const encoded = commands.slice(0, KEPT).map((command) => ({ ...command, request: base64Encode(command.request) }));
    const value = encoded.length > 0 ? { commands: encoded } : undefined;
    this.#shelf.write(`${PREFIX}:outbox:${this.#key}`, value);
  }
}

function asCommand(value: unknown): KeptCommand | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { field, request, userId, timeMs } = value as Record<string, unknown>;
  try {
    return { field: text(field), request: base64Decode(text(request)), userId: text(userId), timeMs: Number(timeMs) };
  } catch {
    return undefined;
  }
}

function text(value: unknown): string {
  if (typeof value !== "string") throw new TypeError("not a text");
  return value;
}
