// Where keys and what is known of others are kept: a database of the browser, which keeps private keys without showing them.
//
// Neighbours: `device` and `directory` read and write it.

import type { Bytes } from "./bytes.js";

/** This device with its keys. */
export interface StoredDevice {
  readonly deviceId: string;
  readonly name: string;
  readonly signing: CryptoKeyPair;
  /** Newest first. */
  readonly agreements: readonly StoredAgreement[];
}

/** A key pair for which others seal. */
export interface StoredAgreement {
  readonly keys: CryptoKeyPair;
  /** Position of its entry in the key log; 0 until the server has said. */
  readonly keySeq: bigint;
  /** By which the server recognises a retry. */
  readonly requestId: string;
}

/** What is kept of a user. */
export interface StoredUser {
  readonly userId: string;
  readonly headSeq: bigint;
  readonly headHash: Bytes;
  /** Devices as encoded messages. */
  readonly devices: readonly Bytes[];
  readonly agreementKeys: readonly string[];
  /** The person has compared the safety number. */
  readonly verified: boolean;
  /** The log was replaced by another. */
  readonly rewritten: boolean;
  /** Changes that the person has not seen, as far as they are kept. */
  readonly changes: readonly StoredChange[];
}

/** A change of a user's devices. */
export interface StoredChange {
  readonly seq: bigint;
  readonly timeMs: bigint;
  readonly change: number;
  readonly deviceId: string;
  readonly name: string;
}

/** Keeps a device and what it knows. */
export interface SealStore {
  readDevice(): Promise<StoredDevice | undefined>;
  /** `undefined` forgets the device, with its private keys. */
  writeDevice(device: StoredDevice | undefined): Promise<void>;
  readUsers(): Promise<StoredUser[]>;
  writeUser(user: StoredUser): Promise<void>;
}

/** Keeps it as long as the object lives: for tests, and for pages that are forbidden to keep anything. */
export function memorySealStore(): SealStore {
  let device: StoredDevice | undefined;
  const users = new Map<string, StoredUser>();
  return {
    readDevice: async () => device,
    async writeDevice(next) {
      device = next;
    },
    readUsers: async () => [...users.values()],
    async writeUser(user) {
      users.set(user.userId, user);
    },
  };
}

const DEVICES = "devices";
const USERS = "users";
const OWN = "own";

/** Keeps it in IndexedDB, under a name of its own for each user of each server. */
export function browserSealStore(origin: string, userId: string): SealStore {
  const name = `trivium-seal:${origin}:${userId}`;
  let opened: Promise<IDBDatabase> | undefined;
  const database = () => {
    opened ??= open(name).catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
  return {
    readDevice: async () => answer<StoredDevice | undefined>(table(await database(), DEVICES, "readonly").get(OWN)),
    async writeDevice(device) {
      const devices = table(await database(), DEVICES, "readwrite");
      if (device === undefined) await answer(devices.delete(OWN));
      else await answer(devices.put(device, OWN));
    },
    readUsers: async () => answer<StoredUser[]>(table(await database(), USERS, "readonly").getAll()),
    async writeUser(user) {
      await answer(table(await database(), USERS, "readwrite").put(user, user.userId));
    },
  };
}

function open(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(DEVICES);
    request.result.createObjectStore(USERS);
  };
  return answer(request);
}

function table(database: IDBDatabase, name: string, mode: IDBTransactionMode): IDBObjectStore {
  return database.transaction(name, mode).objectStore(name);
}

/** What a request gives, once it is written where it writes. */
function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const { transaction } = request;
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      if (transaction === null || transaction.mode !== "readwrite") resolve(request.result);
    };
    if (transaction?.mode === "readwrite") {
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    }
  });
}
