// Key logs of users without a server: for tests of sealed conversations between sessions of the test.
//
// Neighbours: `talk` answers for a room; the entries are made and chained as docs/end-to-end.md says.

import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import {
  type Device,
  DeviceSchema,
  KeyChange,
  type KeyEvent,
  KeyEventSchema,
  KeyService,
  type UserDevicesSchema,
} from "../proto.js";
import { keyEventStatement } from "../seal/statements.js";
import { ownError } from "../session/errors.js";
import { SAMPLE_TIME_MS } from "./builders.js";
import type { FakeSession } from "./session.js";

/** The key logs of everybody. Tests may change `logs` to be a server that cheats. */
export class FakeKeyServer {
  readonly logs = new Map<string, KeyEvent[]>();
  /** When the next entry is made, in milliseconds. */
  nowMs = SAMPLE_TIME_MS;

  /** Answers the key calls of a session, as its user. */
  serve(session: FakeSession): void {
    const userId = session.connection.get().userId;
    const { method } = KeyService;
    session.handle(method.registerDevice, async ({ deviceId, name, agreementKey, signingKey, signature }) => {
      const device = create(DeviceSchema, {
        ...{ userId, deviceId, name, agreementKey, signingKey, signature },
        keySeq: this.#next(userId),
        registerTimeMs: BigInt(this.nowMs),
      });
      if (this.devices(userId).some((each) => each.deviceId === deviceId)) {
        throw ownError(Code.AlreadyExists, "DEVICE_EXISTS", "the device is registered");
      }
      return { event: await this.add(KeyChange.REGISTERED, device) };
    });
    session.handle(method.rotateDevice, async ({ deviceId, agreementKey, signature }) => {
      const device = this.#present(userId, deviceId);
      const keySeq = this.#next(userId);
      return { event: await this.add(KeyChange.ROTATED, { ...device, agreementKey, signature, keySeq }) };
    });
    session.handle(method.revokeDevice, async ({ deviceId }) => {
      const device = this.#present(userId, deviceId);
      return { event: await this.add(KeyChange.REVOKED, { ...device, revokeTimeMs: BigInt(this.nowMs) }) };
    });
    session.handle(method.listDevices, ({ userIds }) => ({ users: userIds.map((each) => this.listed(each)) }));
    session.handle(method.listKeyEvents, ({ userId: whose, afterSeq }) => ({
      events: (this.logs.get(whose) ?? []).filter((event) => event.seq > afterSeq),
    }));
  }

  /** The present devices of a user, or of all of these. */
  devices(...userIds: string[]): Device[] {
    return userIds.flatMap((userId) => {
      const all = new Map(
        (this.logs.get(userId) ?? []).flatMap(({ device }) => (device ? [[device.deviceId, device]] : [])),
      );
      return [...all.values()].filter((device) => device.revokeTimeMs === 0n);
    });
  }

  /** Adds an entry to the log of the device's user. */
  async add(change: KeyChange, device: Device): Promise<KeyEvent> {
    const log = this.logs.get(device.userId) ?? [];
    const timeMs = BigInt(this.nowMs);
    const event = create(KeyEventSchema, { seq: BigInt(log.length + 1), timeMs, change, device });
    const before = log.at(-1)?.hash ?? new Uint8Array(32);
    event.hash = new Uint8Array(await crypto.subtle.digest("SHA-256", keyEventStatement(before, event, device)));
    this.logs.set(device.userId, [...log, event]);
    this.nowMs += 1_000;
    return event;
  }

  /** What `ListDevices` says of a user. */
  listed(userId: string): MessageInitShape<typeof UserDevicesSchema> {
    const log = this.logs.get(userId) ?? [];
    const head = log.at(-1);
    return {
      userId,
      devices: this.devices(userId),
      headSeq: head?.seq ?? 0n,
      headHash: head?.hash ?? new Uint8Array(),
    };
  }

  #next(userId: string): bigint {
    return BigInt((this.logs.get(userId)?.length ?? 0) + 1);
  }

  #present(userId: string, deviceId: string): Device {
    const device = this.devices(userId).find((each) => each.deviceId === deviceId);
    if (device === undefined) throw ownError(Code.NotFound, "DEVICE_UNKNOWN", "no such device");
    return device;
  }
}
