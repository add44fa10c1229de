// A user's key log, checked entry by entry: what a client believes about devices comes from here only.
//
// Neighbours: `directory` reads logs and keeps what comes out.

import { type Device, KeyChange, type KeyEvent } from "../proto.js";
import { type Bytes, owned, sameBytes, toHex } from "./bytes.js";
import { sha256, verify } from "./primitives.js";
import { deviceStatement, keyEventStatement } from "./statements.js";

/** Most entries of a log. */
export const MAX_ENTRIES = 1_000n;

/** A log as far as it was read. */
export interface KnownLog {
  readonly userId: string;
  readonly headSeq: bigint;
  readonly headHash: Bytes;
  /** Every device that ever was, those revoked included, by identifier. */
  readonly devices: ReadonlyMap<string, Device>;
  /** Every agreement key that ever was, in hexadecimal digits. */
  readonly agreementKeys: ReadonlySet<string>;
}

/** One thing that happened to a user's devices. */
export interface DeviceChange {
  readonly seq: bigint;
  readonly timeMs: bigint;
  readonly change: KeyChange;
  readonly deviceId: string;
  readonly name: string;
}

/** A log of which nothing was read. */
export function emptyLog(userId: string): KnownLog {
  return { userId, headSeq: 0n, headHash: new Uint8Array(32), devices: new Map(), agreementKeys: new Set() };
}

/** The log after these entries; `undefined` if they break a rule or do not follow. */
export async function extended(log: KnownLog, events: readonly KeyEvent[]): Promise<KnownLog | undefined> {
  let { headSeq, headHash } = log;
  const devices = new Map(log.devices);
  const agreementKeys = new Set(log.agreementKeys);
  for (const event of events) {
    const { device } = event;
    if (device === undefined || event.seq !== headSeq + 1n || event.seq > MAX_ENTRIES) return undefined;
    if (device.userId !== log.userId || !(await isAllowed(devices, agreementKeys, event, device))) return undefined;
    const hash = await sha256(keyEventStatement(headHash, event, device));
    if (!sameBytes(hash, event.hash)) return undefined;
    devices.set(device.deviceId, device);
    agreementKeys.add(toHex(device.agreementKey));
    headSeq = event.seq;
    headHash = owned(hash);
  }
  return { userId: log.userId, headSeq, headHash, devices, agreementKeys };
}

/** The devices that are not revoked, by identifier. */
export function presentDevices({ devices }: KnownLog): Device[] {
  return [...devices.values()].filter((device) => device.revokeTimeMs === 0n);
}

/** Whether what the server lists are the present devices of the log. */
export function isListed(log: KnownLog, listed: readonly Device[]): boolean {
  const present = presentDevices(log);
  return (
    present.length === listed.length &&
    listed.every((each) => {
      const known = log.devices.get(each.deviceId);
      return known !== undefined && known.revokeTimeMs === 0n && isSame(known, each);
    })
  );
}

/** What an entry tells people. */
export function changeOf({ seq, timeMs, change, device }: KeyEvent): DeviceChange {
  return { seq, timeMs, change, deviceId: device?.deviceId ?? "", name: device?.name ?? "" };
}

async function isAllowed(
  devices: ReadonlyMap<string, Device>,
  agreementKeys: ReadonlySet<string>,
  { seq, timeMs, change }: KeyEvent,
  device: Device,
): Promise<boolean> {
  const before = devices.get(device.deviceId);
  const present = before?.revokeTimeMs === 0n ? before : undefined;
  switch (change) {
    case KeyChange.REGISTERED: {
      const known = [...devices.values()].some((each) => sameBytes(each.signingKey, device.signingKey));
      return before === undefined && !known && (await brings(device, seq, agreementKeys));
    }
    case KeyChange.ROTATED:
      return (
        present !== undefined &&
        sameBytes(present.signingKey, device.signingKey) &&
        (await brings(device, seq, agreementKeys))
      );
    case KeyChange.REVOKED:
      return present !== undefined && device.revokeTimeMs === timeMs && isSame(present, device);
    case KeyChange.UNSPECIFIED:
      return false;
    default:
      // Of a later server: what is not understood is not trusted.
      return false;
  }
}

/** Whether a present device vouches for a new agreement key. */
async function brings(device: Device, seq: bigint, agreementKeys: ReadonlySet<string>): Promise<boolean> {
  const { agreementKey, signingKey, signature, keySeq, revokeTimeMs } = device;
  if (keySeq !== seq || revokeTimeMs !== 0n || isZero(agreementKey) || isZero(signingKey)) return false;
  if (agreementKey.length !== 32 || signingKey.length !== 32 || agreementKeys.has(toHex(agreementKey))) return false;
  return verify(signingKey, deviceStatement(device), signature);
}

/** Whether both are the same but for when they were revoked. */
function isSame(a: Device, b: Device): boolean {
  return (
    a.userId === b.userId &&
    a.deviceId === b.deviceId &&
    a.name === b.name &&
    a.keySeq === b.keySeq &&
    a.registerTimeMs === b.registerTimeMs &&
    sameBytes(a.agreementKey, b.agreementKey) &&
    sameBytes(a.signingKey, b.signingKey) &&
    sameBytes(a.signature, b.signature)
  );
}

function isZero(key: Uint8Array): boolean {
  return key.every((byte) => byte === 0);
}
