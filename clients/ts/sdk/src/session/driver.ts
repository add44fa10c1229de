// The driver of a session: which connection is in use, and what to do when it ends or the world changes.
//
// `seeker` finds connections, `liveness` tells when one is dead, `renewal` keeps the token fresh; what passes over the connection
// in use is `exchange`'s. A move from one road to another is nothing but a resume: the old connection serves until the new one
// stands.

import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { type GoAway, GoAwayReason, type Hello, HelloSchema } from "../proto.js";
import type { ConnectionState, Road } from "../types.js";
import type { Connection } from "./connection.js";
import type { Happening } from "./environment.js";
import { ownError } from "./errors.js";
import { Exchange } from "./exchange.js";
import { Liveness } from "./liveness.js";
import { Renewal } from "./renewal.js";
import type { RoadBook } from "./road-book.js";
import { Seeker, type SeekerSetup } from "./seeker.js";
import type { Shelf, TabShelf } from "./storage.js";
import { Tap } from "./tap.js";
import { Timer } from "./timer.js";

/** A connection that lasted this long has proved itself. */
const STABLE_MS = 30_000;
/** Rooms that begin together are one greeting. */
const REJOIN_MS = 20;

/** What a session is made of. */
export interface Setup extends SeekerSetup {
  readonly tab: TabShelf;
  readonly datagrams: boolean;
  readonly client: string;
  /** Origin of the server, for what goes beside the roads. */
  readonly origin: string;
  readonly drafts: Shelf;
}

/** What the driver tells. */
export interface DriverHost {
  /** Something that `ConnectionState` shows has changed. */
  changed(): void;
  closed(error: ConnectError): void;
  /** The page may be gone in a moment. */
  leaving(): void;
}

/** Keeps a session on some road. */
export class Driver {
  readonly tap = new Tap();
  readonly exchange: Exchange;
  readonly #setup: Setup;
  readonly #host: DriverHost;
  readonly #seeker: Seeker;
  readonly #liveness: Liveness;
  readonly #renewal: Renewal;
  readonly #stable = new Timer();
  readonly #rejoin = new Timer();
  readonly #unlisten: () => void;
  #active: Connection | undefined;
  #resumeToken: Uint8Array;
  #rejoinAgain = false;
  /** Whether the session has ever stood. */
  #stood = false;
  #closed: ConnectError | undefined;

  /** The server has given the place of the connection in use to an attempt that is under way. */
  superseded = false;
  /** How often the session has come back. */
  reconnects = 0;

  constructor(setup: Setup, host: DriverHost) {
    this.#setup = setup;
    this.#host = host;
    this.#seeker = new Seeker(setup, this, this.tap);
    this.exchange = new Exchange(this, setup.tab);
    this.#liveness = new Liveness(this);
    this.#renewal = new Renewal(setup.credentials, () => this.#tokenChanged());
    this.#resumeToken = setup.tab.readResumeToken();
    // A tab that is duplicated takes the store with it: the token is in there only while no page is up.
    if (setup.environment.page) setup.tab.writeResumeToken(new Uint8Array());
    this.#unlisten = setup.environment.listen((happening) => this.#happened(happening));
  }

  /** The connection in use. */
  get connection(): Connection | undefined {
    return this.#active;
  }

  get book(): RoadBook {
    return this.#seeker.book;
  }

  get hidden(): boolean {
    return this.#setup.environment.hidden;
  }

  random(): number {
    return this.#setup.environment.random();
  }

  get roundTripMs(): number | undefined {
    return this.exchange.sampler.roundTripMs;
  }

  /** When the next attempt begins, by `performance.now()`. */
  get nextAttemptAt(): number | undefined {
    return this.#active ? undefined : this.#seeker.nextAttemptAt;
  }

  /** Why the session is closed, or why it is not live. */
  get error(): ConnectError | undefined {
    return this.#closed ?? this.#seeker.error;
  }

  /** Where the session stands. */
  get status(): ConnectionState["status"] {
    if (this.#closed) return "closed";
    if (this.#active) return "live";
    if (this.#seeker.away || !this.#setup.environment.online) return "offline";
    return this.#stood ? "reconnecting" : "connecting";
  }

  /** Sets out. */
  begin(): void {
    this.#seeker.begin();
  }

  /** The connection in use is cut, as a dead network would. */
  cut(): void {
    this.#seeker.drop();
    this.lost(new ConnectError("cut on request", Code.Unavailable));
  }

  /** Is cut, and stays away for so long. */
  goOffline(ms: number): void {
    this.#seeker.stayAway(ms);
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
    this.#seeker.hurry();
    if (!this.#active) return;
    this.#liveness.hurry();
    this.exchange.sampler.restart();
    this.#seeker.planMove();
  }

  /** The caller is somebody else from now on: a session of another user, and every room from a snapshot. */
  reidentify(): void {
    this.#resumeToken = new Uint8Array();
    this.exchange.rooms.forgetCursors();
    this.cut();
  }

  /** Ends the session. */
  close(error: ConnectError): void {
    if (this.#closed) return;
    this.#closed = error;
    this.#unlisten();
    this.#seeker.stop();
    this.#abandon();
    this.#setup.tab.writeResumeToken(new Uint8Array());
    this.exchange.close(error);
    this.#host.closed(error);
  }

  // What `Seeker` asks and tells.

  hello(road: Road): Hello {
    return create(HelloSchema, {
      resumeToken: this.#resumeToken,
      subscriptions: this.exchange.rooms.subscriptions,
      client: this.#setup.client,
      datagrams: road === "webtransport" && this.#setup.datagrams,
    });
  }

  attached(connection: Connection, roomIds: ReadonlySet<string>): void {
    const { road } = connection;
    if (this.#stood && !this.#active) this.reconnects += 1;
    this.#active?.close();
    this.#active = connection;
    this.superseded = false;
    this.#stood = true;
    this.#remember(connection.welcome.resumeToken);
    this.book.note(road, "up", this.roundTripMs);
    this.exchange.attached(connection, roomIds);
    this.#liveness.watch(connection);
    this.#stable.set(STABLE_MS, () => this.#seeker.proved(road));
    this.#renewal.start();
    this.#seeker.planMove();
    if (this.#rejoinAgain) this.rejoin();
    this.#host.changed();
  }

  /** The connection in use, if any, is of no more use. */
  lost(error: ConnectError, atLeastMs = 0): void {
    if (this.#closed) return;
    if (this.#active) this.book.note(this.#active.road, "down");
    this.#abandon();
    this.exchange.detached();
    this.#seeker.again(error, atLeastMs);
    this.#host.changed();
  }

  goAway(goAway: GoAway): void {
    const { reason, reconnect, retryAfterMs, message } = goAway;
    const name = GoAwayReason[reason] ?? "GO_AWAY";
    if (reason === GoAwayReason.SUPERSEDED) {
      this.#giveWay(name, message);
      return;
    }
    const renewable = this.#setup.credentials.renewable;
    const expired = reason === GoAwayReason.TOKEN_EXPIRED;
    const error = ownError(expired ? Code.Unauthenticated : Code.Unavailable, name, message);
    if (!reconnect || reason === GoAwayReason.PROTOCOL_ERROR || (expired && !renewable)) {
      this.close(error);
      return;
    }
    if (expired) this.#seeker.renewToken();
    this.lost(error, retryAfterMs);
  }

  changed(): void {
    this.#host.changed();
  }

  // What `Exchange` and `Liveness` tell.

  ended(connection: Connection, error: ConnectError): void {
    if (connection !== this.#active) return;
    // The attempt that took the place tells how it goes on.
    if (this.superseded && this.#seeker.underWay) return;
    this.#seeker.distrust(connection.road);
    this.lost(error);
  }

  dead(connection: Connection): void {
    this.ended(connection, new ConnectError("the server has fallen silent", Code.Unavailable));
  }

  askForLife(): void {
    this.exchange.sampler.ask();
  }

  /** Greets anew, because `Watch` cannot be told of another room or token. */
  rejoin(): void {
    this.#rejoinAgain = false;
    this.#rejoin.set(REJOIN_MS, () => {
      const active = this.#active;
      if (active && !active.link.duplex) this.#rejoinAgain = !this.#seeker.rejoin(active.road);
    });
  }

  /** The clock was measured. */
  sampled(): void {
    if (this.#active) this.book.note(this.#active.road, "up", this.roundTripMs);
    this.#host.changed();
  }

  /** Another connection goes on with the session. */
  #giveWay(name: string, message: string): void {
    if (this.#seeker.greeting) this.superseded = true;
    else if (this.#seeker.wasStray()) this.lost(ownError(Code.Aborted, name, message));
    else this.close(ownError(Code.Aborted, name, "another page goes on with this session"));
  }

  #abandon(): void {
    for (const timer of [this.#stable, this.#rejoin]) timer.clear();
    this.#renewal.stop();
    this.#liveness.stop();
    this.#active?.close();
    this.#active = undefined;
    this.superseded = false;
  }

  #tokenChanged(): void {
    if (this.#active?.link.duplex) this.exchange.authenticate(this.#setup.credentials.token);
    else if (this.#active) this.rejoin();
    this.#renewal.start();
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
        // The page may have slept, or come out of the browser's cache of pages.
        this.#setup.tab.writeResumeToken(new Uint8Array());
        this.#seeker.hurry();
        this.#liveness.hurry();
        this.exchange.acknowledger.shown();
        if (this.#active) this.exchange.sampler.restart();
        break;
      case "offline":
        this.#liveness.hurry();
        break;
      case "leaving":
        this.#setup.tab.writeResumeToken(this.#resumeToken);
        this.#host.leaving();
        this.exchange.acknowledger.hurry();
        break;
      case "hidden":
        this.#host.leaving();
        this.exchange.acknowledger.hurry();
        break;
    }
    this.#host.changed();
  }
}
