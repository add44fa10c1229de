// Takes samples of the server's clock when `ClockSync` says that one is due, and answers the server's pings on gRPC-Web.

import { create } from "@bufbuild/protobuf";
import { ConnectRequestSchema, SessionService, SyncClockRequestSchema, type SyncClockResponse } from "../proto.js";
import { ClockSync, SessionClock } from "./clock.js";
import type { Connection } from "./connection.js";
import { Timer } from "./timer.js";

/** Samples under way as unary calls; further ones are left out. */
const CALLS = 3;

/** Keeps the clock of a session. */
export class Sampler {
  readonly clock = new SessionClock();
  readonly #sync = new ClockSync(performance.now());
  readonly #timer = new Timer();
  readonly #takeId: () => bigint;
  readonly #changed: () => void;
  #connection: Connection | undefined;
  #calls = 0;
  #pings = 0;

  /** `changed` is called after each good sample. */
  constructor(takeId: () => bigint, changed: () => void) {
    this.#takeId = takeId;
    this.#changed = changed;
  }

  /** Round trip of the newest good sample, in milliseconds. */
  roundTripMs: number | undefined;

  /** What the clock goes by, relative to `performance.now()`. */
  get estimate() {
    return this.#sync.estimate;
  }

  /** Measures over this connection from now on, beginning with a burst. */
  start(connection: Connection): void {
    this.#connection = connection;
    const [sentAt, heardAt] = connection.greetedAt;
    this.#sync.greeting(heardAt, sentAt, Number(connection.welcome.serverTimeMs), heardAt);
    this.#follow();
    this.restart();
  }

  stop(): void {
    this.#connection = undefined;
    this.#timer.clear();
  }

  /** The path may be another one. */
  restart(): void {
    this.#sync.restart(performance.now());
    this.#schedule();
  }

  /** Takes a sample now. It also answers the ping of this id where there is no stream upwards. */
  ask(pingId = 0n): void {
    const connection = this.#connection;
    if (!connection) return;
    this.#sync.sent(performance.now());
    const sample = create(SyncClockRequestSchema, {
      clientSendTimeUs: microseconds(),
      pingId,
      sessionId: connection.welcome.sessionId,
    });
    if (connection.link.duplex) {
      const request = { case: "syncClock", value: sample } as const;
      connection.send(create(ConnectRequestSchema, { id: this.#takeId(), request }));
      connection.link.datagrams?.ping(++this.#pings, Number(sample.clientSendTimeUs));
    } else if (this.#calls < CALLS) {
      void this.#call(connection, sample);
    }
    this.#schedule();
  }

  /** A sample came back. */
  answered(response: SyncClockResponse): void {
    const [t0, t1, t2] = [response.clientSendTimeUs, response.serverReceiveTimeUs, response.serverSendTimeUs].map(
      (us) => Number(us) / 1_000,
    ) as [number, number, number];
    this.#take(t0, t1, t2);
  }

  /** A pong came back: one stamp of the server instead of two. */
  pong(sentAt: number, serverTimeMs: number): void {
    this.#take(sentAt, serverTimeMs, serverTimeMs);
  }

  async #call(connection: Connection, sample: ReturnType<typeof create<typeof SyncClockRequestSchema>>) {
    this.#calls += 1;
    try {
      const { message } = await connection.call(SessionService.method.syncClock, sample);
      if (connection === this.#connection) this.answered(message as SyncClockResponse);
    } catch {
      // Silence is for `liveness` to judge.
    } finally {
      this.#calls -= 1;
    }
  }

  #take(t0: number, t1: number, t2: number): void {
    const t3 = performance.now();
    if (!this.#sync.sample(t3, t0, t1, t2, t3)) return;
    this.roundTripMs = Math.max(0, t3 - t0 - (t2 - t1));
    this.#follow();
    this.#schedule();
    this.#changed();
  }

  #follow(): void {
    const { estimate } = this.#sync;
    if (estimate) this.clock.follow(estimate);
  }

  #schedule(): void {
    if (this.#connection) this.#timer.set(this.#sync.nextAt - performance.now(), () => this.ask());
  }
}

function microseconds(): bigint {
  return BigInt(Math.round(performance.now() * 1_000));
}
