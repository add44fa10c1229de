// What is signed, hashed and authenticated, byte by byte as docs/end-to-end.md has it.
//
// Neighbours: `primitives` signs and hashes these.

import type { Device, Envelope, KeyEvent } from "../proto.js";
import { type Bytes, ByteWriter } from "./bytes.js";

const DEVICE = "trivium-device-v1";
const KEY_LOG = "trivium-key-log-v1";
const SEALED = "trivium-sealed-v1";
const MESSAGE = "trivium-message-v1";

/** The keys of a device, as it says them itself. */
export type DeviceKeys = Pick<Device, "userId" | "deviceId" | "agreementKey" | "signingKey">;

/** Where a sealed message stands, which is signed with it. */
export interface Place {
  readonly roomId: string;
  readonly authorId: string;
  readonly senderDeviceId: string;
  readonly requestId: string;
  /** The message that it answers; 0 for none. */
  readonly replyTo: bigint;
}

/** What a device signs at its registration and at each rotation. */
export function deviceStatement({ userId, deviceId, agreementKey, signingKey }: DeviceKeys): Bytes {
  return new ByteWriter().str(DEVICE).str(userId).str(deviceId).bytes(agreementKey).bytes(signingKey).done();
}

/** What the hash of an entry is made over. */
export function keyEventStatement(before: Uint8Array, { seq, timeMs, change }: KeyEvent, device: Device): Bytes {
  return new ByteWriter()
    .str(KEY_LOG)
    .raw(before)
    .u64(seq)
    .u64(timeMs)
    .u32(change)
    .str(device.userId)
    .str(device.deviceId)
    .str(device.name)
    .bytes(device.agreementKey)
    .bytes(device.signingKey)
    .u64(device.keySeq)
    .u64(device.registerTimeMs)
    .u64(device.revokeTimeMs)
    .bytes(device.signature)
    .done();
}

/** HPKE's `info`: for whom an envelope is. */
export function envelopeInfo({ userId, deviceId, keySeq }: Pick<Envelope, "userId" | "deviceId" | "keySeq">): Bytes {
  return new ByteWriter().str(SEALED).str(userId).str(deviceId).u64(keySeq).done();
}

/** HPKE's `aad`: where the message stands. */
export function envelopeAad({ roomId, authorId, senderDeviceId, requestId, replyTo }: Place): Bytes {
  return new ByteWriter().str(SEALED).str(roomId).str(authorId).str(senderDeviceId).str(requestId).u64(replyTo).done();
}

/** What the sending device signs; `digests` are the SHA-256 of the ciphertexts, in the order of the envelopes. */
export function messageStatement(place: Place, envelopes: readonly Envelope[], digests: readonly Uint8Array[]): Bytes {
  const { roomId, authorId, senderDeviceId, requestId, replyTo } = place;
  const writer = new ByteWriter()
    .str(MESSAGE)
    .str(roomId)
    .str(authorId)
    .str(senderDeviceId)
    .str(requestId)
    .u64(replyTo)
    .u32(envelopes.length);
  envelopes.forEach(({ userId, deviceId, keySeq, encapsulatedKey }, at) => {
    writer
      .str(userId)
      .str(deviceId)
      .u64(keySeq)
      .raw(encapsulatedKey)
      .raw(digests[at] ?? new Uint8Array());
  });
  return writer.done();
}
