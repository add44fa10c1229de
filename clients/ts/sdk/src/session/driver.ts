// The driver of a session: which connection is in use, when to try for another, and what to do when one ends.
//
// `attempts` opens roads, `road-book` knows which are worth trying, `liveness` tells when one is dead; what passes over the
// connection in use is `exchange`'s. A move from one road to another is nothing but a resume: the old connection serves until
// the new one stands.

import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { type GoAway, GoAwayReason, type Hello, HelloSchema } from "../proto.js";
import type { ConnectionState, Road } from "../types.js";
import { type Attempt, Attempts } from "./attempts.js";
import { Backoff } from "./backoff.js";
import { type Connection, Dismissed } from "./connection.js";
import type { Environment, Happening } from "./environment.js";
import { ownError } from "./errors.js";
import { Exchange } from "./exchange.js";
import type { Roads } from "./link.js";
import { Liveness } from "./liveness.js";
import { RoadBook } from "./road-book.js";
import type { TabShelf } from "./storage.js";
import { Tap } from "./tap.js";
import { Timer } from "./timer.js";
import type { Credentials } from "./token.js";

const RETRY = { base: 100, cap: 10_000 };
/** A connection that lasted this long has proved itself. */
const STABLE_MS = 30_000;
/** A head start for WebTransport over gRPC-Web. */
const HEAD_START_MS = 400;
/** How long an attempt may take where nobody waits for it, or there is no other road. */
const ATTEMPT_MS = 6_000;
/** How late a greeting may arrive at the server that was given up. */
const STRAY_MS = 30_000;
/** Rooms that begin together are one greeting. */
const REJOIN_MS = 20;

/** What a session is made of. */
export interface Setup {
  readonly roads: Roads;
  readonly environment: Environment;
  readonly credentials: Credentials;
  readonly tab: TabShelf;
  readonly choice: "auto" | Road;
  readonly webTransportTimeoutMs: number;
  readonly datagrams: boolean;
  readonly client: string;
}

/** What the driver tells. */
export interface DriverHost {
  /** Something that `ConnectionState` shows has changed. */
  changed(): void;
  closed(error: ConnectError): void;
}

/** Keeps a session on some road. */
export class Driver {
  readonly tap = new Tap();
  readonly book: RoadBook;
  readonly exchange: Exchange;
  readonly #setup: Setup;
  readonly #host: DriverHost;
  readonly #attempts: Attempts;
  readonly #liveness: Liveness;
  readonly #backoff = new Backoff(RETRY);
  readonly #retry = new Timer();
  readonly #second = new Timer();
  readonly #move = new Timer();
  readonly #stable = new Timer();
  readonly #renewal = new Timer();
  readonly #rejoin = new Timer();
  readonly #unlisten: () => void;
  #active: Connection | undefined;
  #resumeToken: Uint8Array;
  #renewToken = false;
  #preparing = false;
  /** The server has given our place to an attempt of ours that is under way. */
  #superseded = false;
  #strayUntil = 0;
  #awayUntil = 0;
  #rejoinAgain = false;
  #live = false;

  /** When the next attempt begins, by `performance.now()`. */
  nextAttemptAt: number | undefined;
  reconnects = 0;
  /** Why the last attempt failed, or the session is closed. */
  error: ConnectError | undefined;
  status: "open" | "closed" = "open";

  constructor(setup: Setup, host: DriverHost) {
    this.#setup = setup;
    this.#host = host;
    this.book = new RoadBook(setup.choice, (road) => setup.roads.supports(road));
    this.#attempts = new Attempts(this, setup.roads, this.tap);
    this.exchange = new Exchange(this, setup.tab);
    this.#liveness = new Liveness(this);
    this.#resumeToken = setup.tab.readResumeToken();
    // A tab that is duplicated takes the store with it: the token is in there only while no page is up.
    if (setup.environment.page) setup.tab.writeResumeToken(new Uint8Array());
    this.#unlisten = setup.environment.listen((happening) => this.#happened(happening));
  }

  /** The connection in use. */
  get connection(): Connection | undefined {
    return this.#active;
  }

  get hidden(): boolean {
    return this.#setup.environment.hidden;
  }

  get roundTripMs(): number | undefined {
    return this.exchange.sampler.roundTripMs;
  }

  /** Where the session stands. */
  get stage(): ConnectionState["status"] {
    if (this.status === "closed") return "closed";
    if (this.#active) return "live";
    if (performance.now() < this.#awayUntil || !this.#setup.environment.online) return "offline";
    return this.#live ? "reconnecting" : "connecting";
  }

  /** Sets out, unless the session stands or an attempt is under way. */
  begin(): void {
    const now = performance.now();
    if (this.status === "closed" || this.#active || this.#attempts.size > 0 || this.#preparing) return;
    if (now < this.#awayUntil) {
      this.#retryIn(this.#awayUntil - now);
      return;
    }
    this.#retry.clear();
    this.nextAttemptAt = undefined;
    void this.#prepare();
  }

  /** The caller is somebody else from now on: a session of another user, and every room from a snapshot. */
  reidentify(): void {
    this.#resumeToken = new Uint8Array();
    this.exchange.rooms.forgetCursors();
    this.cut();
  }

  /** The connection in use is cut, as a dead network would. */
  cut(): void {
    this.#strayed(this.#attempts.drop());
    this.lost(new ConnectError("cut on request", Code.Unavailable));
  }

  goOffline(ms: number): void {
    this.#awayUntil = performance.now() + ms;
    this.cut();
  }

  switchRoad(road: "auto" | Road): void {
    if (road !== "auto" && !this.book.isAllowed(road)) return;
    this.book.preferred = road;
    this.networkChanged();
  }

  /** The network may be another one: nothing that was learnt of it counts. */
  networkChanged(): void {
    this.book.forgive();
    this.#backoff.reset();
    if (this.#active) {
      this.#liveness.hurry();
      this.exchange.sampler.restart();
      this.#planMove();
    } else if (this.#retry.armed) {
      this.begin();
    }
  }

  /** Ends the session. */
  close(error: ConnectError): void {
    if (this.status === "closed") return;
    this.status = "closed";
    this.error = error;
    for (const timer of [this.#retry, this.#second, this.#move, this.#stable, this.#renewal, this.#rejoin])
      timer.clear();
    this.nextAttemptAt = undefined;
    this.#unlisten();
    this.#attempts.drop();
    this.#liveness.stop();
    this.#active?.close();
    this.#active = undefined;
    this.#setup.tab.writeResumeToken(new Uint8Array());
    this.exchange.close(error);
    this.#host.closed(error);
  }

  // What `Attempts` asks and tells.

  hello(road: Road): Hello {
    return create(HelloSchema, {
      resumeToken: this.#resumeToken,
      subscriptions: this.exchange.rooms.subscriptions,
      client: this.#setup.client,
      datagrams: road === "webtransport" && this.#setup.datagrams,
    });
  }

  attached(attempt: Attempt, connection: Connection): void {
    const { road } = connection;
    this.#second.clear();
    if (this.#live && !this.#active) this.reconnects += 1;
    this.#active?.close();
    // Whatever else is under way was for the same session, except a better road.
    for (const other of ["webtransport", "grpc-web"] as const) {
      if (other !== this.book.target || road === this.book.target) this.#strayed(this.#attempts.drop(other));
    }
    this.#active = connection;
    this.#superseded = false;
    this.#live = true;
    this.#renewToken = false;
    this.error = undefined;
    this.#remember(connection.welcome.resumeToken);
    this.book.note(road, "up", this.roundTripMs);
    this.exchange.attached(connection, attempt.roomIds);
    this.#liveness.watch(connection);
    this.#stable.set(STABLE_MS, () => {
      this.#backoff.reset();
      if (road === this.book.target) this.book.proved();
    });
    this.#scheduleRenewal();
    this.#planMove();
    if (this.#rejoinAgain) this.rejoin();
    this.#host.changed();
  }

  failed(attempt: Attempt, error: ConnectError | Dismissed): void {
    this.#strayed(attempt.greeted);
    const { road } = attempt;
    const unoffered = !(error instanceof Dismissed) && error.code === Code.Unimplemented && road === "webtransport";
    this.book.note(road, unoffered ? "unsupported" : "down");
    if (road === this.book.target) this.book.failed(performance.now(), this.#setup.environment.random(), unoffered);
    if (error instanceof Dismissed) {
      this.#active ? this.#moveFailed() : this.#goAway(error.goAway);
      return;
    }
    this.error = error;
    if (this.#active && attempt.purpose === "rejoin") {
      this.lost(error);
      return;
    }
    if (this.#active) {
      this.#moveFailed();
      return;
    }
    if (this.#refused(error)) return;
    if (this.#second.armed) {
      this.#secondRoad();
      return;
    }
    if (this.#attempts.size === 0) this.#retryIn(0, true);
    this.#host.changed();
  }

  // What `Exchange` and `Liveness` tell.

  /** The connection in use has ended, or is of no more use. */
  lost(error: ConnectError, atLeastMs = 0): void {
    if (this.status === "closed") return;
    const road = this.#active?.road;
    this.#liveness.stop();
    this.#stable.clear();
    this.#move.clear();
    this.#rejoin.clear();
    this.#active?.close();
    this.#active = undefined;
    this.#superseded = false;
    if (road) this.book.note(road, "down");
    this.error = error;
    this.exchange.detached();
    if (this.#attempts.size === 0) this.#retryIn(atLeastMs, true);
    this.#host.changed();
  }

  ended(connection: Connection, error: ConnectError): void {
    if (connection !== this.#active) return;
    // The attempt that took the place tells how it goes on.
    if (this.#superseded && this.#attempts.size > 0) return;
    this.#distrust(connection);
    this.lost(error);
  }

  dead(connection: Connection): void {
    if (connection !== this.#active) return;
    this.#distrust(connection);
    this.lost(new ConnectError("the server has fallen silent", Code.Unavailable));
  }

  askForLife(): void {
    this.exchange.sampler.ask();
  }

  goAway(goAway: GoAway): void {
    if (goAway.reason === GoAwayReason.SUPERSEDED && this.#attempts.greeting) {
      this.#superseded = true;
      return;
    }
    this.#goAway(goAway);
  }

  /** Greets anew, because `Watch` cannot be told of another room or token. */
  rejoin(): void {
    this.#rejoinAgain = false;
    this.#rejoin.set(REJOIN_MS, () => {
      const active = this.#active;
      if (!active || active.link.duplex) return;
      this.#rejoinAgain = this.#attempts.has(active.road);
      this.#attempts.begin(active.road, "rejoin", ATTEMPT_MS);
    });
  }

  /** The clock was measured. */
  sampled(): void {
    if (this.#active) this.book.note(this.#active.road, "up", this.roundTripMs);
    this.#host.changed();
  }

  changed(): void {
    this.#host.changed();
  }

  async #prepare(): Promise<void> {
    const { credentials } = this.#setup;
    if (credentials.due || (this.#renewToken && credentials.renewable)) {
      this.#preparing = true;
      try {
        await credentials.renew();
      } catch (thrown) {
        const error = ConnectError.from(thrown, Code.Unavailable);
        this.error = error;
        this.#preparing = false;
        if (this.status === "open")
          error.isWireError && !isTemporary(error) ? this.close(error) : this.#retryIn(0, true);
        return this.#host.changed();
      }
      this.#preparing = false;
    }
    if (this.status === "open" && !this.#active) this.#race();
    this.#host.changed();
  }

  #race(): void {
    const [first, second] = this.book.plan(performance.now());
    if (!first) return;
    const patience = second ? this.#setup.webTransportTimeoutMs : ATTEMPT_MS;
    this.#try(first, patience);
    if (second) this.#second.set(HEAD_START_MS, () => this.#secondRoad());
  }

  #secondRoad(): void {
    this.#second.clear();
    const [, second] = this.book.plan(Number.POSITIVE_INFINITY);
    if (second && !this.#active) this.#try(second, ATTEMPT_MS);
  }

  #try(road: Road, timeoutMs: number): void {
    this.book.note(road, "trying");
    this.#attempts.begin(road, "return", timeoutMs);
    this.#host.changed();
  }

  /** From a road that serves to the one that was meant. */
  #planMove(): void {
    this.#move.clear();
    const { target } = this.book;
    if (!this.#active || this.#active.road === target || this.#attempts.has(target)) return;
    this.#move.set(this.book.restMs(performance.now()), () => {
      this.book.note(target, "trying");
      this.#attempts.begin(target, "move", ATTEMPT_MS);
      this.#host.changed();
    });
  }

  #moveFailed(): void {
    if (this.#superseded && this.#attempts.size === 0) {
      this.lost(new ConnectError("an attempt to change the road failed", Code.Unavailable));
      return;
    }
    this.#planMove();
    this.#host.changed();
  }

  /** A road that ends without a word is not to be trusted for a while, if there is another. */
  #distrust(connection: Connection): void {
    const { road } = connection;
    if (road === this.book.target) this.book.failed(performance.now(), this.#setup.environment.random());
  }

  #retryIn(atLeastMs: number, failed = false): void {
    const delay = Math.max(atLeastMs, failed ? this.#backoff.next(this.#setup.environment.random()) : 0);
    const away = this.#awayUntil - performance.now();
    const ms = Math.max(delay, away);
    this.nextAttemptAt = performance.now() + ms;
    this.#retry.set(ms, () => this.begin());
  }

  /** Whether trying again in the same way is useless; what follows is done here. */
  #refused(error: ConnectError): boolean {
    if (!error.isWireError) return false;
    if (error.code === Code.Unauthenticated) {
      if (!this.#setup.credentials.renewable || this.#renewToken) {
        this.close(error);
        return true;
      }
      this.#renewToken = true;
      this.#second.clear();
      this.#attempts.drop();
      return false;
    }
    const final = [Code.PermissionDenied, Code.InvalidArgument, Code.FailedPrecondition].includes(error.code);
    if (final) this.close(error);
    return final;
  }

  #goAway({ reason, reconnect, retryAfterMs, message }: GoAway): void {
    const name = GoAwayReason[reason] ?? "GO_AWAY";
    if (reason === GoAwayReason.SUPERSEDED) {
      // It may have been a greeting of ours that was given up and arrived all the same.
      if (performance.now() < this.#strayUntil) {
        this.#strayUntil = 0;
        this.lost(ownError(Code.Aborted, name, message));
        return;
      }
      this.close(ownError(Code.Aborted, name, "another page goes on with this session"));
      return;
    }
    const error = ownError(Code.Unavailable, name, message);
    if (!reconnect || reason === GoAwayReason.PROTOCOL_ERROR) {
      this.close(error);
      return;
    }
    if (reason === GoAwayReason.TOKEN_EXPIRED) {
      if (!this.#setup.credentials.renewable) {
        this.close(ownError(Code.Unauthenticated, name, message));
        return;
      }
      this.#renewToken = true;
    }
    this.lost(error, retryAfterMs);
  }

  #strayed(greeted: boolean): void {
    if (greeted) this.#strayUntil = performance.now() + STRAY_MS;
  }

  #scheduleRenewal(): void {
    const { credentials } = this.#setup;
    const inMs = credentials.renewInMs;
    if (inMs === undefined) {
      this.#renewal.clear();
      return;
    }
    // Timers of browsers end at 2^31 ms.
    this.#renewal.set(Math.min(inMs, 2 ** 30), async () => {
      try {
        await credentials.renew();
        if (this.#active?.link.duplex) this.exchange.authenticate(credentials.token);
        else if (this.#active) this.rejoin();
        this.#scheduleRenewal();
      } catch {
        // While the old one is good there is time to ask again; after that the server says so.
        this.#renewal.set(RETRY.cap, () => this.#scheduleRenewal());
      }
    });
  }

  #remember(resumeToken: Uint8Array): void {
    this.#resumeToken = resumeToken;
    if (!this.#setup.environment.page) this.#setup.tab.writeResumeToken(resumeToken);
  }

  #happened(happening: Happening): void {
    switch (happening) {
      case "online":
      case "network":
        this.networkChanged();
        break;
      case "visible":
        this.#setup.tab.writeResumeToken(new Uint8Array());
        this.#backoff.reset();
        if (this.#active) {
          this.#liveness.hurry();
          this.exchange.sampler.restart();
        } else if (this.#retry.armed) this.begin();
        break;
      case "leaving":
        this.#setup.tab.writeResumeToken(this.#resumeToken);
        break;
      case "offline":
        if (this.#active) this.#liveness.hurry();
        break;
      case "hidden":
        break;
    }
    this.#host.changed();
  }
}

function isTemporary({ code }: ConnectError): boolean {
  return code === Code.Unavailable || code === Code.ResourceExhausted || code === Code.DeadlineExceeded;
}
