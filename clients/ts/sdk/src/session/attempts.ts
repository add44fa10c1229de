// Attempts to stand on a road: at most one per road at a time, each with its own end.
//
// `driver` decides when to try what, and what to do with the outcome.

import { Code, ConnectError } from "@connectrpc/connect";
import type { Hello } from "../proto.js";
import type { Road } from "../types.js";
import { Connection, Dismissed } from "./connection.js";
import type { Roads } from "./link.js";
import type { Tap } from "./tap.js";

/**
 * What an attempt is for: to come back, to go over to a better road, or to greet anew on the same one because `Watch` cannot be
 * told of another room or token.
 */
export type Purpose = "return" | "move" | "rejoin";

/** An attempt under way. */
export interface Attempt {
  readonly road: Road;
  readonly purpose: Purpose;
  /** Rooms of its greeting. */
  readonly roomIds: ReadonlySet<string>;
  /** Whether the server may have heard the greeting. */
  greeted: boolean;
}

/** Who is told how attempts end. An attempt that was dropped ends without a word. */
export interface AttemptsHost {
  /** The greeting: the resume token, and where each room goes on. */
  hello(road: Road): Hello;
  attached(attempt: Attempt, connection: Connection): void;
  failed(attempt: Attempt, error: ConnectError | Dismissed): void;
}

/** The attempts of a session. */
export class Attempts {
  readonly #host: AttemptsHost;
  readonly #roads: Roads;
  readonly #tap: Tap;
  readonly #underWay = new Map<Attempt, () => void>();

  constructor(host: AttemptsHost, roads: Roads, tap: Tap) {
    this.#host = host;
    this.#roads = roads;
    this.#tap = tap;
  }

  get size(): number {
    return this.#underWay.size;
  }

  /** Whether one is under way on this road. */
  has(road: Road): boolean {
    return [...this.#underWay.keys()].some((attempt) => attempt.road === road);
  }

  /** Whether the server may have heard a greeting of one that is under way. */
  get greeting(): boolean {
    return [...this.#underWay.keys()].some(({ greeted }) => greeted);
  }

  /** Begins one, unless there is one on this road. */
  begin(road: Road, purpose: Purpose, timeoutMs: number): void {
    if (this.has(road)) return;
    const abort = new AbortController();
    const hello = this.#host.hello(road);
    const roomIds = new Set(hello.subscriptions.map(({ roomId }) => roomId));
    const attempt: Attempt = { road, purpose, roomIds, greeted: false };
    const late = () => abort.abort(new ConnectError(`${road} is not there in time`, Code.DeadlineExceeded));
    const timer = setTimeout(late, timeoutMs);
    this.#underWay.set(attempt, () => {
      clearTimeout(timer);
      abort.abort(new ConnectError("given up", Code.Canceled));
    });
    const ended = () => {
      clearTimeout(timer);
      return this.#underWay.delete(attempt);
    };
    this.#run(attempt, hello, abort.signal).then(
      (connection) => (ended() ? this.#host.attached(attempt, connection) : connection.close()),
      (error: ConnectError | Dismissed) => ended() && this.#host.failed(attempt, error),
    );
  }

  /** Drops all, or those on one road. Returns whether the server may have heard a greeting of theirs. */
  drop(road?: Road): boolean {
    let greeted = false;
    for (const [attempt, giveUp] of [...this.#underWay]) {
      if (road !== undefined && attempt.road !== road) continue;
      greeted ||= attempt.greeted;
      this.#underWay.delete(attempt);
      giveUp();
    }
    return greeted;
  }

  async #run(attempt: Attempt, hello: Hello, signal: AbortSignal): Promise<Connection> {
    try {
      const link = await this.#roads.open(attempt.road, signal);
      attempt.greeted = true;
      return await Connection.greet(link, hello, this.#tap, signal);
    } catch (error) {
      if (error instanceof Dismissed) throw error;
      throw signal.aborted ? ConnectError.from(signal.reason) : ConnectError.from(error, Code.Unavailable);
    }
  }
}
