// Vectors as docs/end-to-end.md has them: how they are made here, and how any are checked.
//
// The Rust SDK makes a file of the same form, and each side opens what the other has sealed.

import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { expect } from "vitest";
import {
  type Device,
  DeviceSchema,
  EnvelopeSchema,
  KeyChange,
  type KeyEvent,
  KeyEventSchema,
  type SealedMessage,
  SealedMessageSchema,
} from "../../proto.js";
import { FakeKeyServer } from "../../testing/key-server.js";
import { fromHex, toHex } from "../bytes.js";
import { content, padded, unpadded } from "../content.js";
import { emptyLog, extended } from "../log.js";
import { openMessage, sealMessage, statementOf } from "../message.js";
import { hpkeOpen, importKeys, sign, verify } from "../primitives.js";
import { safetyNumber } from "../safety.js";
import { deviceStatement, envelopeAad, envelopeInfo, type Place } from "../statements.js";

/** A file of vectors. Byte strings are hexadecimal digits. */
export interface Vectors {
  readonly devices: readonly DeviceVector[];
  readonly logs: readonly { readonly user_id: string; readonly events: readonly EventVector[] }[];
  readonly safety: readonly { readonly users: readonly SafetyVector[]; readonly number: string }[];
  readonly messages: readonly MessageVector[];
}

interface DeviceVector {
  readonly user_id: string;
  readonly device_id: string;
  readonly name: string;
  readonly agreement_private: string;
  readonly agreement_key: string;
  readonly signing_seed: string;
  readonly signing_key: string;
  readonly statement: string;
  readonly signature: string;
}

interface EventVector {
  readonly seq: number;
  readonly time_ms: number;
  readonly change: number;
  readonly device: {
    readonly user_id: string;
    readonly device_id: string;
    readonly name: string;
    readonly agreement_key: string;
    readonly signing_key: string;
    readonly key_seq: number;
    readonly register_time_ms: number;
    readonly revoke_time_ms: number;
    readonly signature: string;
  };
  readonly hash: string;
}

interface SafetyVector {
  readonly user_id: string;
  readonly signing_keys: readonly string[];
}

interface MessageVector {
  readonly room_id: string;
  readonly author_id: string;
  readonly request_id: string;
  readonly reply_to: number;
  readonly content: { readonly text: string; readonly send_time_ms: number; readonly resend_of: number };
  readonly plaintext: string;
  readonly sealed: {
    readonly sender_device_id: string;
    readonly request_id: string;
    readonly envelopes: readonly {
      readonly user_id: string;
      readonly device_id: string;
      readonly key_seq: number;
      readonly encapsulated_key: string;
      readonly ciphertext: string;
    }[];
    readonly signature: string;
  };
  readonly statement: string;
}

/** Checks everything that a file says. */
export async function checkVectors(vectors: Vectors): Promise<void> {
  for (const vector of vectors.devices) await checkDevice(vector);
  for (const { user_id, events } of vectors.logs) {
    const log = await extended(emptyLog(user_id), events.map(eventOf));
    expect(log?.headSeq, user_id).toBe(BigInt(events.length));
  }
  for (const { users, number } of vectors.safety) {
    const [one, other] = users.map((each) => ({ userId: each.user_id, signingKeys: each.signing_keys.map(fromHex) }));
    if (one === undefined || other === undefined) throw new Error("a safety number is of two");
    expect(await safetyNumber(one, other)).toBe(number);
  }
  for (const vector of vectors.messages) await checkMessage(vector, vectors.devices);
}

async function checkDevice(vector: DeviceVector): Promise<void> {
  const device = {
    userId: vector.user_id,
    deviceId: vector.device_id,
    agreementKey: fromHex(vector.agreement_key),
    signingKey: fromHex(vector.signing_key),
  };
  const statement = deviceStatement(device);
  expect(toHex(statement)).toBe(vector.statement);
  expect(await verify(device.signingKey, statement, fromHex(vector.signature)), vector.device_id).toBe(true);
  const signing = await importKeys("Ed25519", fromHex(vector.signing_seed), device.signingKey);
  expect(toHex(await sign(signing, statement))).toBe(vector.signature);
}

async function checkMessage(vector: MessageVector, devices: readonly DeviceVector[]): Promise<void> {
  const { text, send_time_ms, resend_of } = vector.content;
  const said = { text, sendTimeMs: BigInt(send_time_ms), resendOf: BigInt(resend_of) };
  expect(unpadded(fromHex(vector.plaintext))).toMatchObject(said);
  const sealed = sealedOf(vector);
  const place = placeOf(vector);
  expect(toHex(await statementOf(place, sealed.envelopes))).toBe(vector.statement);
  const sender = devices.find((each) => each.device_id === sealed.senderDeviceId);
  if (sender === undefined) throw new Error("the sender is among the devices");
  let read = 0;
  for (const envelope of sealed.envelopes) {
    const device = devices.find((each) => each.user_id === envelope.userId && each.device_id === envelope.deviceId);
    if (device === undefined) continue;
    const keys = await importKeys("X25519", fromHex(device.agreement_private), fromHex(device.agreement_key));
    const { encapsulatedKey, ciphertext } = envelope;
    const plaintext = await hpkeOpen(keys, envelopeInfo(envelope), envelopeAad(place), encapsulatedKey, ciphertext);
    expect(toHex(plaintext)).toBe(vector.plaintext);
    const reader = { userId: envelope.userId, deviceId: envelope.deviceId, keys: new Map([[envelope.keySeq, keys]]) };
    const opened = await openMessage(place, sealed, fromHex(sender.signing_key), reader);
    expect(opened).toMatchObject({ content: said });
    read += 1;
  }
  expect(read).toBeGreaterThan(0);
}

function placeOf(vector: MessageVector): Place {
  return {
    roomId: vector.room_id,
    authorId: vector.author_id,
    senderDeviceId: vector.sealed.sender_device_id,
    requestId: vector.request_id,
    replyTo: BigInt(vector.reply_to),
  };
}

function sealedOf({ sealed }: MessageVector): SealedMessage {
  return create(SealedMessageSchema, {
    senderDeviceId: sealed.sender_device_id,
    requestId: sealed.request_id,
    signature: fromHex(sealed.signature),
    envelopes: sealed.envelopes.map((each) =>
      create(EnvelopeSchema, {
        userId: each.user_id,
        deviceId: each.device_id,
        keySeq: BigInt(each.key_seq),
        encapsulatedKey: fromHex(each.encapsulated_key),
        ciphertext: fromHex(each.ciphertext),
      }),
    ),
  });
}

function eventOf({ seq, time_ms, change, device, hash }: EventVector): KeyEvent {
  const init: MessageInitShape<typeof DeviceSchema> = {
    userId: device.user_id,
    deviceId: device.device_id,
    name: device.name,
    agreementKey: fromHex(device.agreement_key),
    signingKey: fromHex(device.signing_key),
    keySeq: BigInt(device.key_seq),
    registerTimeMs: BigInt(device.register_time_ms),
    revokeTimeMs: BigInt(device.revoke_time_ms),
    signature: fromHex(device.signature),
  };
  return create(KeyEventSchema, {
    seq: BigInt(seq),
    timeMs: BigInt(time_ms),
    change,
    device: create(DeviceSchema, init),
    hash: fromHex(hash),
  });
}

/** Makes vectors of random keys: two users with three devices, one of which is given another key and one revoked. */
export async function makeVectors(): Promise<Vectors> {
  const keys = new FakeKeyServer();
  const phone = await newDevice("ana", "ana-phone", "Ana's phone");
  const laptop = await newDevice("ana", "ana-laptop", "Anas Rechner – ä");
  const tablet = await newDevice("ben", "ben-tablet", "🟢 tablet");
  const old = await newDevice("ben", "ben-old", "");
  for (const each of [phone, old, tablet, laptop]) {
    const { userId } = each.device;
    const keySeq = BigInt((keys.logs.get(userId)?.length ?? 0) + 1);
    await keys.add(KeyChange.REGISTERED, { ...each.device, keySeq, registerTimeMs: BigInt(keys.nowMs) });
  }
  const present = (deviceId: string) => {
    const found = keys.devices("ana", "ben").find((each) => each.deviceId === deviceId);
    if (found === undefined) throw new Error("it is present");
    return found;
  };
  const rotated = await newDevice("ana", "ana-phone", "Ana's phone", phone.signing);
  const { agreementKey, signature } = rotated.device;
  await keys.add(KeyChange.ROTATED, { ...present("ana-phone"), agreementKey, signature, keySeq: 3n });
  await keys.add(KeyChange.REVOKED, { ...present("ben-old"), revokeTimeMs: BigInt(keys.nowMs) });
  const recipients = keys.devices("ana", "ben");
  const messages: MessageVector[] = [];
  const said: [string, bigint, bigint, bigint][] = [
    ["Hello, Ben.", 0n, 1_893_499_200_123n, 0n],
    ["", 0n, 0n, 0n],
    [`Grüße, 世界 👋🏽 ${"long ".repeat(60)}`, 42n, 1_893_499_201_000n, 41n],
    ["x".repeat(4_000), 0n, 1_893_499_202_000n, 0n],
  ];
  for (const [nth, [text, replyTo, sendTimeMs, resendOf]] of said.entries()) {
    const inner = content(text, sendTimeMs, resendOf);
    const place: Place = {
      roomId: "conversation-1",
      authorId: nth % 2 === 0 ? "ana" : "ben",
      senderDeviceId: nth % 2 === 0 ? "ana-phone" : "ben-tablet",
      requestId: `request-${nth}`,
      replyTo,
    };
    const { signing } = nth % 2 === 0 ? phone : tablet;
    const sealed = await sealMessage(place, inner, recipients, signing.keys);
    messages.push({
      room_id: place.roomId,
      author_id: place.authorId,
      request_id: place.requestId,
      reply_to: Number(replyTo),
      content: { text, send_time_ms: Number(sendTimeMs), resend_of: Number(resendOf) },
      plaintext: toHex(padded(inner) ?? new Uint8Array()),
      sealed: {
        sender_device_id: sealed.senderDeviceId,
        request_id: sealed.requestId,
        envelopes: sealed.envelopes.map((each) => ({
          user_id: each.userId,
          device_id: each.deviceId,
          key_seq: Number(each.keySeq),
          encapsulated_key: toHex(each.encapsulatedKey),
          ciphertext: toHex(each.ciphertext),
        })),
        signature: toHex(sealed.signature),
      },
      statement: toHex(await statementOf(place, sealed.envelopes)),
    });
  }
  const party = (userId: string) => ({ userId, signingKeys: keys.devices(userId).map((each) => each.signingKey) });
  return {
    devices: [rotated, laptop, tablet].map((each) => each.vector),
    logs: [...keys.logs].map(([user_id, events]) => ({ user_id, events: events.map(vectorOf) })),
    safety: [
      {
        users: ["ana", "ben"].map(party).map(({ userId, signingKeys }) => ({
          user_id: userId,
          signing_keys: signingKeys.map(toHex),
        })),
        number: (await safetyNumber(party("ana"), party("ben"))) ?? "",
      },
    ],
    messages,
  };
}

function vectorOf({ seq, timeMs, change, device, hash }: KeyEvent): EventVector {
  if (device === undefined) throw new Error("an entry has a device");
  return {
    seq: Number(seq),
    time_ms: Number(timeMs),
    change,
    device: {
      user_id: device.userId,
      device_id: device.deviceId,
      name: device.name,
      agreement_key: toHex(device.agreementKey),
      signing_key: toHex(device.signingKey),
      key_seq: Number(device.keySeq),
      register_time_ms: Number(device.registerTimeMs),
      revoke_time_ms: Number(device.revokeTimeMs),
      signature: toHex(device.signature),
    },
    hash: toHex(hash),
  };
}

interface Signing {
  readonly keys: CryptoKeyPair;
  readonly seed: Uint8Array;
  readonly publicKey: Uint8Array;
}

async function newDevice(userId: string, deviceId: string, name: string, given?: Signing) {
  const signing = given ?? (await newSigning());
  const agreement = await extractable("X25519", ["deriveBits"]);
  const keys = { userId, deviceId, agreementKey: agreement.publicKey, signingKey: signing.publicKey };
  const statement = deviceStatement(keys);
  const signature = await sign(signing.keys, statement);
  const device: Device = create(DeviceSchema, { ...keys, name, signature });
  const vector: DeviceVector = {
    user_id: userId,
    device_id: deviceId,
    name,
    agreement_private: toHex(agreement.seed),
    agreement_key: toHex(agreement.publicKey),
    signing_seed: toHex(signing.seed),
    signing_key: toHex(signing.publicKey),
    statement: toHex(statement),
    signature: toHex(signature),
  };
  return { device, signing, vector };
}

function newSigning(): Promise<Signing> {
  return extractable("Ed25519", ["sign", "verify"]);
}

async function extractable(algorithm: "X25519" | "Ed25519", usages: KeyUsage[]): Promise<Signing> {
  const keys = await crypto.subtle.generateKey(algorithm, true, usages);
  if (!("publicKey" in keys)) throw new Error("it makes pairs");
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey("pkcs8", keys.privateKey));
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", keys.publicKey));
  return { keys, seed: pkcs8.slice(-32), publicKey };
}
