// Seeks a road: when to try which, how long to wait in between, and when a better road is worth another try.
//
// `attempts` opens roads, `road-book` knows what to expect of each. What to do with a connection is `driver`'s affair.

import { Code, ConnectError } from "@connectrpc/connect";
import type { GoAway, Hello } from "../proto.js";
import type { Road } from "../types.js";
import { type Attempt, Attempts } from "./attempts.js";
import { Backoff } from "./backoff.js";
import { type Connection, Dismissed } from "./connection.js";
import type { Environment } from "./environment.js";
import { isTemporary } from "./errors.js";
import type { Roads } from "./link.js";
import { RoadBook } from "./road-book.js";
import type { Tap } from "./tap.js";
import { Timer } from "./timer.js";
import type { Credentials } from "./token.js";

const RETRY = { base: 100, cap: 10_000 };
/** A head start for WebTransport over gRPC-Web. */
const HEAD_START_MS = 400;
/** How long an attempt may take where nobody waits for it, or there is no other road. */
const ATTEMPT_MS = 6_000;
/** How late a greeting may arrive at the server that was given up. */
const STRAY_MS = 30_000;

/** What seeking needs. */
export interface SeekerSetup {
  readonly roads: Roads;
  readonly environment: Environment;
  readonly credentials: Credentials;
  readonly choice: "auto" | Road;
  readonly webTransportTimeoutMs: number;
}

/** For whom a road is sought. */
export interface SeekerHost {
  /** The connection in use. */
  readonly connection: Connection | undefined;
  /** The server has given the place of the connection in use to an attempt. */
  readonly superseded: boolean;
  /** The greeting: the resume token, and where each room goes on. */
  hello(road: Road): Hello;
  /** The session stands on this connection, whose greeting named these rooms. */
  attached(connection: Connection, roomIds: ReadonlySet<string>): void;
  /** The server said goodbye instead of welcome. */
  goAway(goAway: GoAway): void;
  lost(error: ConnectError): void;
  /** Trying again is useless. */
  close(error: ConnectError): void;
  changed(): void;
}

/** Seeks a road for one session. */
export class Seeker {
  readonly book: RoadBook;
  readonly #setup: SeekerSetup;
  readonly #host: SeekerHost;
  readonly #attempts: Attempts;
  readonly #backoff = new Backoff(RETRY);
  readonly #retry = new Timer();
  readonly #second = new Timer();
  readonly #move = new Timer();
  /** The road that is next in the race. */
  #secondRoad: Road | undefined;
  #renewToken = false;
  #preparing = false;
  #stopped = false;
  #strayUntil = 0;
  #awayUntil = 0;

  /** When the next attempt begins, by `performance.now()`. */
  nextAttemptAt: number | undefined;
  /** Why the last attempt failed, or the last connection was lost. */
  error: ConnectError | undefined;

  constructor(setup: SeekerSetup, host: SeekerHost, tap: Tap) {
    this.#setup = setup;
    this.#host = host;
    this.book = new RoadBook(setup.choice, (road) => setup.roads.supports(road));
    this.#attempts = new Attempts({ ...this.#events, hello: (road) => host.hello(road) }, setup.roads, tap);
  }

  /** Whether an attempt may have reached the server, which then gives it the session. */
  get greeting(): boolean {
    return this.#attempts.greeting;
  }

  get underWay(): boolean {
    return this.#attempts.size > 0;
  }

  /** Whether it is told to stay away. */
  get away(): boolean {
    return performance.now() < this.#awayUntil;
  }

  /** Sets out, unless the session stands or an attempt is under way. */
  begin(): void {
    if (this.#stopped || this.#host.connection || this.underWay || this.#preparing) return;
    if (this.away) {
      this.#retryIn(0);
      return;
    }
    this.#retry.clear();
    this.nextAttemptAt = undefined;
    void this.#prepare();
  }

  /** Sets out again after a connection was lost; later, if the server asks for that. */
  again(error: ConnectError, atLeastMs: number): void {
    this.error = error;
    this.#move.clear();
    if (!this.underWay) this.#retryIn(Math.max(atLeastMs, this.#backoff.next(this.#roll())));
  }

  /** Sets out at once, if it is only waiting. */
  hurry(): void {
    this.#backoff.reset();
    if (this.#retry.armed) this.begin();
  }

  /** The next attempt goes with a new token. */
  renewToken(): void {
    this.#renewToken = true;
  }

  /** Stays away for so long. */
  stayAway(ms: number): void {
    this.#awayUntil = performance.now() + ms;
  }

  /** Drops whatever is under way. */
  drop(): void {
    this.#second.clear();
    this.#strayed(this.#attempts.drop());
  }

  stop(): void {
    this.#stopped = true;
    this.nextAttemptAt = undefined;
    for (const timer of [this.#retry, this.#second, this.#move]) timer.clear();
    this.#attempts.drop();
  }

  /** From a road that serves to the one that was meant, as soon as that may be tried. */
  planMove(): void {
    this.#move.clear();
    const { target } = this.book;
    const { connection } = this.#host;
    if (!connection || connection.road === target || this.#attempts.has(target)) return;
    this.#move.set(this.book.restMs(performance.now()), () => {
      this.book.note(target, "trying");
      this.#attempts.begin(target, "move", ATTEMPT_MS);
      this.#host.changed();
    });
  }

  /** Greets anew on the road in use; `false` if an attempt on it is under way. */
  rejoin(road: Road): boolean {
    if (this.#attempts.has(road)) return false;
    this.#attempts.begin(road, "rejoin", ATTEMPT_MS);
    return true;
  }

  /** A road that ends without a word is not to be trusted for a while, if there is another. */
  distrust(road: Road): void {
    if (road === this.book.target) this.book.failed(performance.now(), this.#roll());
  }

  /** The connection in use has lasted. */
  proved(road: Road): void {
    this.#backoff.reset();
    if (road === this.book.target) this.book.proved();
  }

  /** Whether it may have been a greeting of ours, given up and arrived all the same, that took the session over. Asked once. */
  wasStray(): boolean {
    const was = performance.now() < this.#strayUntil;
    this.#strayUntil = 0;
    return was;
  }

  readonly #events = {
    attached: (attempt: Attempt, connection: Connection): void => {
      const { target } = this.book;
      this.#second.clear();
      // Whatever else is under way was for the same session, except a better road.
      for (const other of ["webtransport", "grpc-web"] as const) {
        if (other !== target || connection.road === target) this.#strayed(this.#attempts.drop(other));
      }
      this.#renewToken = false;
      this.error = undefined;
      this.#host.attached(connection, attempt.roomIds);
    },

    failed: (attempt: Attempt, error: ConnectError | Dismissed): void => {
      this.#strayed(attempt.greeted);
      const { road, purpose } = attempt;
      const unoffered = !(error instanceof Dismissed) && error.code === Code.Unimplemented && road === "webtransport";
      this.book.note(road, unoffered ? "unsupported" : "down");
      if (road === this.book.target) this.book.failed(performance.now(), this.#roll(), unoffered);
      const { connection } = this.#host;
      if (error instanceof Dismissed) connection ? this.#moveFailed() : this.#host.goAway(error.goAway);
      else if (connection && purpose === "rejoin") this.#host.lost(error);
      else if (connection) this.#moveFailed();
      else this.#returnFailed(error);
    },
  };

  async #prepare(): Promise<void> {
    const { credentials } = this.#setup;
    if (credentials.due || (this.#renewToken && credentials.renewable)) {
      this.#preparing = true;
      const error = await credentials.renew().then(
        () => undefined,
        (thrown: unknown) => ConnectError.from(thrown, Code.Unavailable),
      );
      this.#preparing = false;
      if (this.#stopped) return;
      if (error) {
        if (error.isWireError && !isTemporary(error)) this.#host.close(error);
        else this.again(error, 0);
        this.#host.changed();
        return;
      }
    }
    if (!this.#host.connection) this.#race();
    this.#host.changed();
  }

  #race(): void {
    const [first, second] = this.book.plan(performance.now());
    if (!first) return;
    this.#try(first, second ? this.#setup.webTransportTimeoutMs : ATTEMPT_MS);
    this.#secondRoad = second;
    if (second) this.#second.set(HEAD_START_MS, () => this.#trySecond(second));
  }

  #trySecond(road: Road): void {
    this.#second.clear();
    if (!this.#host.connection) this.#try(road, ATTEMPT_MS);
  }

  #try(road: Road, timeoutMs: number): void {
    this.book.note(road, "trying");
    this.#attempts.begin(road, "return", timeoutMs);
    this.#host.changed();
  }

  #returnFailed(error: ConnectError): void {
    this.error = error;
    if (this.#isFinal(error)) {
      this.#host.close(error);
      return;
    }
    if (this.#second.armed && this.#secondRoad) this.#trySecond(this.#secondRoad);
    else if (!this.underWay) this.again(error, 0);
    this.#host.changed();
  }

  #moveFailed(): void {
    if (this.#host.superseded && !this.underWay) {
      this.#host.lost(new ConnectError("an attempt to change the road failed", Code.Unavailable));
      return;
    }
    this.planMove();
    this.#host.changed();
  }

  /** Whether trying again in the same way is useless. A token that is refused is worth another one, once. */
  #isFinal(error: ConnectError): boolean {
    if (!error.isWireError) return false;
    if (error.code === Code.Unauthenticated) {
      if (!this.#setup.credentials.renewable || this.#renewToken) return true;
      this.#renewToken = true;
      this.#second.clear();
      this.#attempts.drop();
      return false;
    }
    return [Code.PermissionDenied, Code.InvalidArgument, Code.FailedPrecondition].includes(error.code);
  }

  #retryIn(atLeastMs: number): void {
    const ms = Math.max(atLeastMs, this.#awayUntil - performance.now());
    this.nextAttemptAt = performance.now() + ms;
    this.#retry.set(ms, () => this.begin());
  }

  #strayed(greeted: boolean): void {
    if (greeted) this.#strayUntil = performance.now() + STRAY_MS;
  }

  #roll(): number {
    return this.#setup.environment.random();
  }
}
