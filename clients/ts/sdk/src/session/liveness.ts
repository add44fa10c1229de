// Whether the connection in use still works. UDP can be cut off without notice, and a page can sleep without notice.
//
// After some silence the server is asked for a sign of life; without one in time the connection is given up.

import type { Connection } from "./connection.js";
import { Timer } from "./timer.js";

/** Silence on WebTransport after which a sign of life is asked for, while somebody looks. */
const QUIET_MS = 2_000;
/** The same while nobody looks, to let radios sleep. */
const QUIET_HIDDEN_MS = 15_000;
/** The same on TCP, which notices by itself in most cases. */
const QUIET_TCP_MS = 8_000;
/** How long the sign may take, at least. */
const ANSWER_MS = 1_500;
const ANSWER_TCP_MS = 4_000;
/** Silence on `Watch`, where the server pings every 15 s, after which it is given up although calls are answered. */
const DEAF_MS = 20_000;
/** A timer that runs this late tells that the page slept. */
const SLEPT_MS = 3_000;

/** What liveness asks for, and whom it tells. */
export interface LivenessHost {
  readonly hidden: boolean;
  /** Round trip in milliseconds, if it was measured. */
  readonly roundTripMs: number | undefined;
  askForLife(connection: Connection): void;
  dead(connection: Connection): void;
}

/** Watches one connection at a time. */
export class Liveness {
  readonly #host: LivenessHost;
  readonly #timer = new Timer();
  #connection: Connection | undefined;
  #askedAt: number | undefined;

  constructor(host: LivenessHost) {
    this.#host = host;
  }

  /** Watches this connection from now on. */
  watch(connection: Connection): void {
    this.#connection = connection;
    this.#askedAt = undefined;
    this.#check();
  }

  stop(): void {
    this.#connection = undefined;
    this.#timer.clear();
  }

  /** Asks for a sign of life at once, such as after a change of the network. */
  hurry(): void {
    if (this.#connection && this.#askedAt === undefined) this.#ask(this.#connection, performance.now());
    this.#check();
  }

  #check(): void {
    const connection = this.#connection;
    if (!connection) return;
    const now = performance.now();
    if (this.#askedAt !== undefined && connection.heardAt >= this.#askedAt) this.#askedAt = undefined;
    const { duplex } = connection.link;
    const deafAt = duplex ? Number.POSITIVE_INFINITY : connection.downAt + DEAF_MS;
    if (deafAt <= now) {
      this.#host.dead(connection);
      return;
    }
    if (this.#askedAt !== undefined) {
      const endsAt = this.#askedAt + this.#answerMs(duplex);
      if (endsAt <= now) {
        this.#host.dead(connection);
        return;
      }
      this.#at(Math.min(endsAt, deafAt), now);
      return;
    }
    const quietMs = duplex ? (this.#host.hidden ? QUIET_HIDDEN_MS : QUIET_MS) : QUIET_TCP_MS;
    if (connection.heardAt + quietMs <= now) {
      this.#ask(connection, now);
      this.#at(now + this.#answerMs(duplex), now);
      return;
    }
    this.#at(Math.min(connection.heardAt + quietMs, deafAt), now);
  }

  #at(dueAt: number, now: number): void {
    this.#timer.set(dueAt - now, () => {
      const connection = this.#connection;
      const late = performance.now();
      if (connection && late - dueAt > SLEPT_MS) {
        // Nothing was read meanwhile, so nothing can be said about silence. The next answer tells.
        connection.downAt = late;
        this.#ask(connection, late);
      }
      this.#check();
    });
  }

  #ask(connection: Connection, now: number): void {
    // Strictly after what was heard last, whose stamp may be the same.
    this.#askedAt = Math.max(now, connection.heardAt + 0.001);
    this.#host.askForLife(connection);
  }

  #answerMs(duplex: boolean): number {
    const slow = 4 * (this.#host.roundTripMs ?? 0);
    return Math.max(slow, duplex ? ANSWER_MS : ANSWER_TCP_MS);
  }
}
