// This device: made once per user and browser, registered, and given new keys when its person asks.
//
// Neighbours: `store` keeps it; `sealer` signs and opens with it.

import { Code, ConnectError } from "@connectrpc/connect";
import { KeyService } from "../proto.js";
import { reason } from "../session/errors.js";
import { newRequestId } from "../session/request-id.js";
import type { TriviumSession } from "../types.js";
import { sameBytes, toHex } from "./bytes.js";
import type { Directory } from "./directory.js";
import type { Reader } from "./message.js";
import { newAgreementKeys, newSigningKeys, publicBytes, sign } from "./primitives.js";
import { deviceStatement } from "./statements.js";
import type { SealStore, StoredAgreement, StoredDevice } from "./store.js";

/** Agreement keys that are kept, so that what is on its way during a rotation can be read. */
const KEPT_KEYS = 3;
/** Longest name, in characters. */
const MAX_NAME = 80;

/** This device. */
export class OwnDevice {
  readonly userId: string;
  readonly #session: TriviumSession;
  readonly #store: SealStore;
  readonly #directory: Directory;
  #kept: StoredDevice;

  private constructor(
    session: TriviumSession,
    store: SealStore,
    directory: Directory,
    userId: string,
    kept: StoredDevice,
  ) {
    this.#session = session;
    this.#store = store;
    this.#directory = directory;
    this.userId = userId;
    this.#kept = kept;
  }

  /** The device that was kept, or a new one; registered with the server when this is done. */
  static async open(session: TriviumSession, store: SealStore, directory: Directory, name: string): Promise<OwnDevice> {
    const { userId } = session.connection.get();
    // Two tabs that begin at once are one device.
    return locked(`trivium-seal:${session.origin}:${userId}`, async () => {
      const kept = (await store.readDevice()) ?? (await OwnDevice.#make(store, name));
      const device = new OwnDevice(session, store, directory, userId, kept);
      await device.#settle();
      return device;
    });
  }

  get deviceId(): string {
    return this.#kept.deviceId;
  }

  get name(): string {
    return this.#kept.name;
  }

  get signing(): CryptoKeyPair {
    return this.#kept.signing;
  }

  /** What it opens messages with. */
  get reader(): Reader {
    const keys = new Map(
      this.#kept.agreements.filter(({ keySeq }) => keySeq > 0n).map((each) => [each.keySeq, each.keys]),
    );
    return { userId: this.userId, deviceId: this.deviceId, keys };
  }

  /** Whether it was revoked, as far as the directory knows. */
  get revoked(): boolean {
    const known = this.#directory.user(this.userId)?.log.devices.get(this.deviceId);
    return known !== undefined && known.revokeTimeMs > 0n;
  }

  /** Gives it a new agreement key. What was sealed for the two before can still be read. */
  async rotate(): Promise<void> {
    const [newest] = this.#kept.agreements;
    if (newest === undefined || newest.keySeq > 0n) {
      const next: StoredAgreement = { keys: await newAgreementKeys(), keySeq: 0n, requestId: newRequestId() };
      await this.#keep({ ...this.#kept, agreements: [next, ...this.#kept.agreements] });
    }
    await this.#settle();
  }

  /** Tells the server of the newest key, if it does not know it. What was told and not answered is found in the log. */
  async #settle(): Promise<void> {
    const [newest] = this.#kept.agreements;
    if (newest === undefined || newest.keySeq > 0n) return;
    const keySeq = (await this.#tell(newest)) ?? (await this.#find(newest));
    if (keySeq === undefined) throw new ConnectError("the server does not know this device's key", Code.Internal);
    const agreements = [{ ...newest, keySeq }, ...this.#kept.agreements.slice(1)].slice(0, KEPT_KEYS);
    await this.#keep({ ...this.#kept, agreements });
  }

  async #tell({ keys, requestId }: StoredAgreement): Promise<bigint | undefined> {
    const { deviceId, name, signing, agreements } = this.#kept;
    const agreementKey = await publicBytes(keys);
    const signingKey = await publicBytes(signing);
    const signature = await sign(signing, deviceStatement({ userId: this.userId, deviceId, agreementKey, signingKey }));
    const service = this.#session.client(KeyService);
    try {
      const answer =
        agreements.length > 1
          ? await service.rotateDevice({ requestId, deviceId, agreementKey, signature })
          : await service.registerDevice({ requestId, deviceId, name, agreementKey, signingKey, signature });
      return answer.event?.seq;
    } catch (error) {
      if (reason(error) === "DEVICE_EXISTS") return undefined;
      throw error;
    }
  }

  async #find({ keys }: StoredAgreement): Promise<bigint | undefined> {
    await this.#directory.refresh([this.userId]);
    const known = this.#directory.user(this.userId)?.log.devices.get(this.deviceId);
    const agreementKey = await publicBytes(keys);
    return known !== undefined && sameBytes(known.agreementKey, agreementKey) ? known.keySeq : undefined;
  }

  async #keep(device: StoredDevice): Promise<void> {
    await this.#store.writeDevice(device);
    this.#kept = device;
  }

  static async #make(store: SealStore, name: string): Promise<StoredDevice> {
    const device: StoredDevice = {
      deviceId: toHex(crypto.getRandomValues(new Uint8Array(16))),
      name: [...name].slice(0, MAX_NAME).join(""),
      signing: await newSigningKeys(),
      agreements: [{ keys: await newAgreementKeys(), keySeq: 0n, requestId: newRequestId() }],
    };
    await store.writeDevice(device);
    return device;
  }
}

/** One at a time among the tabs of this browser, where it can tell. */
function locked<T>(name: string, action: () => Promise<T>): Promise<T> {
  const locks = globalThis.navigator?.locks;
  return locks === undefined ? action() : locks.request(name, action);
}
