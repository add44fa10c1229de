// A session as applications hold it.
//
// `driver` keeps it on a road; this file shows what the driver knows, and hands on what is asked.

import type { DescService } from "@bufbuild/protobuf";
import { type Client, Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import type { Attachment, ConnectResponse, LeaveRoomRequest } from "../proto.js";
import { createStore } from "../state/index.js";
import type {
  Clock,
  ConnectionState,
  Frame,
  Readable,
  Road,
  RoomHandle,
  TriviumSession,
  UploadOptions,
} from "../types.js";
import type { Outcome, PendingCommand } from "./commands.js";
import type { Connection } from "./connection.js";
import { DraftShelf } from "./drafts.js";
import { Driver, type Setup } from "./driver.js";
import { fromWire, ownError, reason } from "./errors.js";
import type { Files } from "./files.js";
import type { Guest, Place } from "./guest.js";
import { sessionTransport } from "./session-transport.js";
import type { Credentials } from "./token.js";

/** How often the rate of messages is looked at. */
const RATE_MS = 1_000;

interface Awaiting {
  resolve(connection: Connection): void;
  reject(error: ConnectError): void;
}

/** A live session. */
export class Session implements TriviumSession {
  readonly origin: string;
  readonly drafts: DraftShelf;
  readonly #driver: Driver;
  readonly #guest: Guest | undefined;
  readonly #credentials: Credentials;
  readonly #transport: Transport;
  readonly #store;
  readonly #clients = new Map<DescService, unknown>();
  readonly #awaiting = new Set<Awaiting>();
  readonly #rate: ReturnType<typeof setInterval>;
  /** A new seat is being taken, because the old one is gone. */
  #reseating = false;

  constructor(setup: Setup, guest: Guest | undefined) {
    this.#guest = guest;
    this.#credentials = setup.credentials;
    this.origin = setup.origin;
    this.drafts = new DraftShelf(setup.drafts, setup.origin, () => this.#userId);
    const host = {
      changed: () => this.#changed(),
      closed: (error: ConnectError) => this.#closed(error),
      leaving: () => this.drafts.flush(),
    };
    // `changed` may be called before there is a store.
    let store: ReturnType<typeof createStore<ConnectionState>> | undefined;
    this.#publish = () => store?.set(this.#state(store.get()));
    this.#driver = new Driver(setup, host);
    this.#driver.exchange.guardian = {
      ended: (command, outcome) => this.#commandEnded(command, outcome),
      refused: (roomId, message) => this.#refused(roomId, message),
    };
    store = createStore(this.#state(undefined));
    this.#store = store;
    const { exchange } = this.#driver;
    const connected = (signal?: AbortSignal) => this.#connected(signal);
    const driver = this.#driver;
    this.#transport = sessionTransport({
      commands: exchange.commands,
      get connection() {
        return driver.connection;
      },
      connected,
    });
    this.#rate = setInterval(() => this.#changed(), RATE_MS);
    this.#driver.begin();
  }

  get connection(): Readable<ConnectionState> {
    return this.#store;
  }

  get clock(): Clock {
    return this.#driver.exchange.sampler.clock;
  }

  get seat(): Place | undefined {
    return this.#guest?.place;
  }

  client<S extends DescService>(service: S): Client<S> {
    const made = this.#clients.get(service) ?? createClient(service, this.#transport);
    this.#clients.set(service, made);
    return made as Client<S>;
  }

  room(roomId: string): RoomHandle {
    return this.#driver.exchange.rooms.open(roomId);
  }

  responses(): AsyncIterable<ConnectResponse> {
    return this.#driver.exchange.responses();
  }

  onFrame(listener: (frame: Frame) => void): () => void {
    return this.#driver.tap.listen(listener);
  }

  networkChanged(): void {
    this.#driver.networkChanged();
  }

  cut(): void {
    this.#driver.cut();
  }

  goOffline(ms: number): void {
    this.#driver.goOffline(ms);
  }

  switchRoad(road: "auto" | Road): void {
    this.#driver.switchRoad(road);
  }

  async uploadFile(roomId: string, file: Blob, options?: UploadOptions): Promise<Attachment> {
    return (await this.#files()).upload(roomId, file, options);
  }

  async fetchFile(url: string, options?: { readonly signal?: AbortSignal }): Promise<Blob> {
    return (await this.#files()).fetch(url, options);
  }

  async close(): Promise<void> {
    this.#driver.close(ownError(Code.Canceled, "CLOSED", "the session is closed"));
  }

  readonly #publish: () => void;

  /** Loaded by who has files: most do not. */
  async #files(): Promise<Files> {
    const { Files } = await import("./files.js");
    return new Files(this.origin, this.#credentials);
  }

  get #userId(): string {
    return this.#driver.exchange.userId || (this.seat?.member.userId ?? "");
  }

  #changed(): void {
    const { connection } = this.#driver;
    if (connection) {
      for (const { resolve } of this.#awaiting) resolve(connection);
      this.#awaiting.clear();
    }
    this.#publish();
  }

  #closed(error: ConnectError): void {
    clearInterval(this.#rate);
    this.drafts.flush();
    for (const { reject } of this.#awaiting) reject(error);
    this.#awaiting.clear();
    this.#publish();
  }

  /** The state now; the same object if nothing has changed. */
  #state(before: ConnectionState | undefined): ConnectionState {
    const driver = this.#driver;
    const { exchange, tap } = driver;
    const { estimate, roundTripMs } = exchange.sampler;
    // The clock's own offset is to `performance.now()`; people think of their device's.
    const device = Date.now() - performance.now();
    const now: ConnectionState = {
      status: driver.status,
      roads: driver.book.states,
      reconnects: driver.reconnects,
      pending: exchange.commands.size,
      messagesPerSecond: tap.rate,
      userId: this.#userId,
      sessionId: exchange.sessionId,
      ...(driver.connection && { road: driver.connection.road }),
      ...(roundTripMs !== undefined && { roundTripMs: tenth(roundTripMs) }),
      ...(estimate && { offsetMs: tenth(estimate.offset - device), clockErrorMs: tenth(estimate.delay / 2) }),
      ...(driver.nextAttemptAt !== undefined && { nextAttemptAt: driver.nextAttemptAt }),
      ...(driver.error && { error: driver.error }),
    };
    return before && same(before, now) ? before : now;
  }

  #connected(signal?: AbortSignal): Promise<Connection> {
    const { connection, status, error } = this.#driver;
    if (connection) return Promise.resolve(connection);
    return new Promise((resolve, reject) => {
      if (status === "closed" && error) return reject(error);
      if (signal?.aborted) return reject(ConnectError.from(signal.reason, Code.Canceled));
      const awaiting: Awaiting = { resolve, reject };
      this.#awaiting.add(awaiting);
      const abort = () => {
        this.#awaiting.delete(awaiting);
        reject(ConnectError.from(signal?.reason, Code.Canceled));
      };
      signal?.addEventListener("abort", abort, { once: true });
    });
  }

  #commandEnded({ field, request }: PendingCommand, outcome: Outcome): void {
    if (field !== "leaveRoom" || !("answer" in outcome)) return;
    if ((request as LeaveRoomRequest).roomId === this.seat?.roomId) this.#guest?.forget();
  }

  /** The seat may be gone: the guest was removed, or was kept longer than the room's memory. Then another one is taken, once. */
  #refused(roomId: string, message: ConnectResponse): boolean {
    const guest = this.#guest;
    if (!guest || message.response.case !== "subscriptionEnded" || roomId !== guest.place?.roomId) return false;
    const { error } = message.response.value;
    const why = error && reason(fromWire(error));
    if (why === "NOT_MEMBER") guest.forget();
    // Only a seat that was kept over a reload: who was removed just now should see that.
    if (why !== "ROOM_NOT_FOUND" || guest.keptToken === "" || this.#credentials.token !== guest.keptToken) return false;
    if (this.#reseating) return true;
    this.#reseating = true;
    void this.#reseat(message);
    return true;
  }

  async #reseat(message: ConnectResponse): Promise<void> {
    try {
      await this.#credentials.renew();
      this.#driver.reidentify();
    } catch {
      this.#guest?.forget();
      this.#driver.exchange.rooms.heard(message);
    } finally {
      this.#reseating = false;
    }
  }
}

function tenth(ms: number): number {
  return Math.round(ms * 10) / 10;
}

/** Whether two states say the same, to one level below. */
function same(a: object, b: object): boolean {
  const [left, right] = [Object.entries(a), new Map(Object.entries(b))];
  if (left.length !== right.size) return false;
  return left.every(([key, value]) => {
    const other: unknown = right.get(key);
    if (Object.is(value, other)) return true;
    return key === "roads" || key === "webtransport" || key === "grpc-web" ? same(value, other as object) : false;
  });
}
