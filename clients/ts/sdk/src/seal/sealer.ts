// Sealing for one session: this device, the devices of others, and the conversations.
//
// Neighbours: `device`, `directory` and `conversation` do the work; `react` shows it.

import { Code, ConnectError } from "@connectrpc/connect";
import { KeyService } from "../proto.js";
import { ownError } from "../session/errors.js";
import { createStore, type Store } from "../state/store.js";
import type { Readable, TriviumSession } from "../types.js";
import { SealedConversation } from "./conversation.js";
import { OwnDevice } from "./device.js";
import { Directory, type KnownUser } from "./directory.js";
import { isSupported } from "./primitives.js";
import { safetyNumber } from "./safety.js";
import { browserSealStore, type SealStore } from "./store.js";

/** How to seal. */
export interface SealingOptions {
  /** Where keys are kept [IndexedDB, under the server's origin and the user]. */
  readonly store?: SealStore;
  /** What the device is called for people, such as "Ana's phone"; at most 80 characters. Used when it is made. */
  readonly deviceName?: string;
}

/** How sealing stands. */
export interface SealingState {
  /**
   * `ready`: this device is registered. `unsupported`: not in this browser, or a page without TLS. `revoked`: another login has
   * revoked this device; `renew` makes another. `failed`: see `error`; tried again by whatever needs it next.
   */
  readonly status: "opening" | "ready" | "unsupported" | "revoked" | "failed";
  readonly error?: ConnectError;
  readonly userId: string;
  /** This device's identifier; empty until it is ready. */
  readonly deviceId: string;
  /** Everybody whose devices this one knows, the caller's own included. */
  readonly users: ReadonlyMap<string, KnownUser>;
}

/** Sealing for one session and its user. */
export class Sealing {
  readonly #session: TriviumSession;
  readonly #options: SealingOptions;
  readonly #userId: string;
  readonly #state: Store<SealingState>;
  readonly #conversations = new Map<string, SealedConversation>();
  readonly #asked = new Set<string>();
  #store: SealStore;
  #directory: Promise<Directory> | undefined;
  #device: Promise<OwnDevice> | undefined;

  /** Begins; see `state` for how it stands. The session has to know who its user is. */
  constructor(session: TriviumSession, options: SealingOptions = {}) {
    this.#session = session;
    this.#options = options;
    this.#userId = session.connection.get().userId;
    this.#store = options.store ?? browserSealStore(session.origin, this.#userId);
    this.#state = createStore<SealingState>({
      status: "opening",
      userId: this.#userId,
      deviceId: "",
      users: new Map(),
    });
    this.begin().catch(() => {});
  }

  get state(): Readable<SealingState> {
    return this.#state;
  }

  /** Opens or makes this device; tried again after a failure. */
  async begin(): Promise<void> {
    await this.#own();
  }

  /** The sealed messages of a conversation; the same object each time. */
  conversation(roomId: string): SealedConversation {
    const known =
      this.#conversations.get(roomId) ??
      new SealedConversation(
        this.#session,
        this.#session.room(roomId),
        () => this.#own(),
        () => this.#known(),
        this.#asked,
      );
    this.#conversations.set(roomId, known);
    return known;
  }

  /** Reads the devices of these users anew, such as when a person looks at them. */
  async refresh(userIds: readonly string[]): Promise<void> {
    await (await this.#known()).refresh(userIds);
    this.#again();
  }

  /** The person has seen what changed about a user's devices. */
  async accept(userId: string): Promise<void> {
    await (await this.#known()).accept(userId);
    this.#again();
  }

  /** The person has compared the safety number with this user, or takes that back. */
  async setVerified(userId: string, verified: boolean): Promise<void> {
    await (await this.#known()).setVerified(userId, verified);
  }

  /** The safety number with another user; none where one of both has no device. */
  async safetyNumber(userId: string): Promise<string | undefined> {
    const directory = await this.#known();
    const party = (id: string) => ({
      userId: id,
      signingKeys: (directory.user(id)?.devices ?? []).map(({ signingKey }) => signingKey),
    });
    return safetyNumber(party(this.#userId), party(userId));
  }

  /** Gives this device a new agreement key. */
  async rotate(): Promise<void> {
    await (await this.#own()).rotate();
    await this.refresh([this.#userId]);
  }

  /** Revokes one of the caller's devices, such as one that was lost. */
  async revoke(deviceId: string): Promise<void> {
    await this.#session.client(KeyService).revokeDevice({ deviceId });
    await this.refresh([this.#userId]);
  }

  /** Forgets this device with its keys, and makes another. What was sealed for it can no longer be read here. */
  async renew(): Promise<void> {
    await this.#store.writeDevice(undefined);
    this.#device = undefined;
    await this.#own();
    this.#again();
  }

  /** Lets the conversations go. */
  close(): void {
    for (const conversation of this.#conversations.values()) conversation.close();
    this.#conversations.clear();
  }

  #known(): Promise<Directory> {
    this.#directory ??= this.#openDirectory().catch((error: unknown) => {
      this.#directory = undefined;
      throw error;
    });
    return this.#directory;
  }

  async #openDirectory(): Promise<Directory> {
    const directory = await Directory.open(this.#session, this.#store);
    const show = () => {
      const users = directory.users.get();
      const { deviceId, status } = this.#state.get();
      const revoked = (users.get(this.#userId)?.log.devices.get(deviceId)?.revokeTimeMs ?? 0n) > 0n;
      this.#set({ users, ...(revoked && status === "ready" ? { status: "revoked" } : {}) });
    };
    directory.users.subscribe(show);
    show();
    return directory;
  }

  #own(): Promise<OwnDevice> {
    this.#device ??= this.#openDevice().catch((thrown: unknown) => {
      this.#device = undefined;
      throw thrown;
    });
    return this.#device;
  }

  async #openDevice(): Promise<OwnDevice> {
    if (!(await isSupported())) {
      this.#set({ status: "unsupported" });
      throw ownError(Code.Unimplemented, "UNSUPPORTED", "this browser has no X25519 or Ed25519, or the page no TLS");
    }
    try {
      const directory = await this.#known();
      const { deviceName = "" } = this.#options;
      const device = await OwnDevice.open(this.#session, this.#store, directory, deviceName);
      await directory.refresh([this.#userId]);
      this.#set({ status: device.revoked ? "revoked" : "ready", deviceId: device.deviceId });
      return device;
    } catch (thrown) {
      const error = ConnectError.from(thrown);
      this.#set({ status: "failed", error });
      throw error;
    }
  }

  #again(): void {
    for (const conversation of this.#conversations.values()) conversation.again();
  }

  #set(change: Partial<SealingState>): void {
    const { error, ...rest } = this.#state.get();
    const kept = change.status === undefined && error !== undefined ? { error } : {};
    this.#state.set({ ...rest, ...kept, ...change });
  }
}

const sealings = new WeakMap<TriviumSession, Sealing>();

/** Sealing for a session: the same object each time. The options count the first time. */
export function sealingOf(session: TriviumSession, options?: SealingOptions): Sealing {
  const known = sealings.get(session) ?? new Sealing(session, options);
  sealings.set(session, known);
  return known;
}
