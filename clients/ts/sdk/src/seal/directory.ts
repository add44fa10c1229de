// What this device knows of the devices of others: trusted when first met, and from then on every change is seen.
//
// Neighbours: `log` checks, `store` keeps; `sealer` asks here for whom to seal and whom to believe.

import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { type Device, DeviceSchema, KeyChange, type KeyEvent, KeyService, type UserDevices } from "../proto.js";
import { createStore, type Store } from "../state/store.js";
import type { Readable, TriviumSession } from "../types.js";
import { sameBytes } from "./bytes.js";
import { changeOf, type DeviceChange, emptyLog, extended, isListed, type KnownLog, presentDevices } from "./log.js";
import { publicBytes } from "./primitives.js";
import type { SealStore, StoredUser } from "./store.js";

/** Users asked for at a time. */
const AT_A_TIME = 50;
/** Most changes of a user that are kept until the person has seen them. */
const MAX_CHANGES = 50;

/** What is known of a user. */
export interface KnownUser {
  readonly userId: string;
  readonly log: KnownLog;
  /** Present devices. */
  readonly devices: readonly Device[];
  /** The person has compared the safety number, and it was right. */
  readonly verified: boolean;
  /** The server has replaced the log that was known. Nothing is sealed for this user until the person has accepted it. */
  readonly rewritten: boolean;
  /** What happened to the user's devices since the person last accepted. Nothing of it before the user was first met. */
  readonly changes: readonly DeviceChange[];
  /** Whether something has to be accepted before anything is sealed for this user. */
  readonly blocked: boolean;
}

/** The users whom this device has met. */
export class Directory {
  readonly #session: TriviumSession;
  readonly #store: SealStore;
  readonly #users: Store<ReadonlyMap<string, KnownUser>> = createStore<ReadonlyMap<string, KnownUser>>(new Map());
  #last: Promise<unknown> = Promise.resolve();

  private constructor(session: TriviumSession, store: SealStore) {
    this.#session = session;
    this.#store = store;
  }

  /** The directory as it was kept. */
  static async open(session: TriviumSession, store: SealStore): Promise<Directory> {
    const directory = new Directory(session, store);
    const users = (await store.readUsers()).map(fromStored);
    directory.#users.set(new Map(users.map((user) => [user.userId, user])));
    return directory;
  }

  /** Everybody whom this device has met. */
  get users(): Readable<ReadonlyMap<string, KnownUser>> {
    return this.#users;
  }

  user(userId: string): KnownUser | undefined {
    return this.#users.get().get(userId);
  }

  /** Asks the server for the devices of these users, and takes in what has changed. One at a time, so that none overtakes. */
  refresh(userIds: readonly string[]): Promise<void> {
    return this.#inTurn(async () => {
      for (let at = 0; at < userIds.length; at += AT_A_TIME) {
        const some = userIds.slice(at, at + AT_A_TIME);
        const { users } = await this.#session.client(KeyService).listDevices({ userIds: some });
        for (const listed of users) if (some.includes(listed.userId)) await this.#compare(listed);
      }
    });
  }

  /** The person has seen what changed. A log that was replaced is trusted anew, and no longer counts as verified. */
  accept(userId: string): Promise<void> {
    return this.#inTurn(async () => {
      const user = this.user(userId);
      if (user === undefined) return;
      if (!user.rewritten) return this.#keep({ ...user, changes: [] });
      await this.#keep(known(emptyLog(userId), { verified: false, rewritten: false, changes: [] }));
      const { users } = await this.#session.client(KeyService).listDevices({ userIds: [userId] });
      for (const listed of users) if (listed.userId === userId) await this.#compare(listed);
    });
  }

  /** The person has compared the safety number, or takes that back. */
  setVerified(userId: string, verified: boolean): Promise<void> {
    return this.#inTurn(async () => {
      const user = this.user(userId);
      if (user !== undefined && !user.rewritten)
        await this.#keep({ ...user, verified, changes: verified ? [] : user.changes });
    });
  }

  async #compare(listed: UserDevices): Promise<void> {
    const { userId, headSeq, headHash, devices } = listed;
    const before = this.user(userId) ?? known(emptyLog(userId), { verified: false, rewritten: false, changes: [] });
    if (before.rewritten) return;
    const { log } = before;
    if (headSeq < log.headSeq) return this.#rewritten(before);
    const same = headSeq === log.headSeq;
    if (same && headSeq > 0n && !sameBytes(headHash, log.headHash)) return this.#rewritten(before);
    const events = same ? [] : await this.#events(userId, log.headSeq, headSeq);
    const next = await extended(log, events);
    const whole = next?.headSeq === headSeq && (headSeq === 0n || sameBytes(next.headHash, headHash));
    if (next === undefined || !whole || !isListed(next, devices)) return this.#rewritten(before);
    // Who had no device when first met is met now.
    const fresh = log.headSeq === 0n ? [] : (await this.#ofOthers(events)).map(changeOf);
    const { verified, changes } = before;
    const all = [...changes, ...fresh].slice(-MAX_CHANGES);
    if (this.user(userId) === undefined || events.length > 0) {
      await this.#keep(known(next, { verified, rewritten: false, changes: all }));
    }
  }

  /** Without what this device did itself, which is no news to its person. */
  async #ofOthers(events: readonly KeyEvent[]): Promise<KeyEvent[]> {
    const own = await this.#store.readDevice();
    if (own === undefined) return [...events];
    const key = await publicBytes(own.signing);
    return events.filter(
      ({ change, device }) => change === KeyChange.REVOKED || !(device && sameBytes(device.signingKey, key)),
    );
  }

  async #events(userId: string, afterSeq: bigint, headSeq: bigint): Promise<KeyEvent[]> {
    const read: KeyEvent[] = [];
    let after = afterSeq;
    for (;;) {
      const { events, more } = await this.#session.client(KeyService).listKeyEvents({ userId, afterSeq: after });
      // What came while this was read is for the next time.
      read.push(...events.filter((event) => event.seq <= headSeq));
      const last = events.at(-1)?.seq ?? headSeq;
      if (!more || last >= headSeq || last <= after) return read;
      after = last;
    }
  }

  async #rewritten(user: KnownUser): Promise<void> {
    await this.#keep(known(user.log, { ...user, rewritten: true }));
  }

  async #keep(user: KnownUser): Promise<void> {
    const next = known(user.log, user);
    await this.#store.writeUser(toStored(next));
    this.#users.set(new Map(this.#users.get()).set(next.userId, next));
  }

  #inTurn(action: () => Promise<void>): Promise<void> {
    const mine = this.#last.then(action);
    this.#last = mine.catch(() => {});
    return mine;
  }
}

function known(log: KnownLog, rest: Pick<KnownUser, "verified" | "rewritten" | "changes">): KnownUser {
  const { verified, rewritten, changes } = rest;
  const added = changes.some(({ change }) => change === KeyChange.REGISTERED);
  const blocked = rewritten || (verified && added);
  return { userId: log.userId, log, devices: presentDevices(log), verified, rewritten, changes, blocked };
}

function toStored({ userId, log, verified, rewritten, changes }: KnownUser): StoredUser {
  const { headSeq, headHash } = log;
  const devices = [...log.devices.values()].map((device) => toBinary(DeviceSchema, device));
  return {
    userId,
    headSeq,
    headHash,
    devices: devices.map((each) => new Uint8Array(each)),
    agreementKeys: [...log.agreementKeys],
    verified,
    rewritten,
    changes,
  };
}

function fromStored(stored: StoredUser): KnownUser {
  const devices = stored.devices.map((each) => fromBinary(DeviceSchema, each));
  const { userId, headSeq, headHash } = stored;
  const log: KnownLog = {
    userId,
    headSeq,
    headHash,
    devices: new Map(devices.map((device) => [device.deviceId, device])),
    agreementKeys: new Set(stored.agreementKeys),
  };
  return known(log, stored);
}
