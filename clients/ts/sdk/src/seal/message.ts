// Sealing a message for devices, and opening one.
//
// Neighbours: `directory` knows the devices, `sealer` brings both together; `statements` and `primitives` are what it is made of.

import { create } from "@bufbuild/protobuf";
import {
  type Envelope,
  EnvelopeSchema,
  type Message,
  ResendReason,
  type SealedContent,
  type SealedMessage,
  SealedMessageSchema,
} from "../proto.js";
import { compareTexts } from "./bytes.js";
import { padded, unpadded } from "./content.js";
import { hpkeOpen, hpkeSeal, sha256, sign, verify } from "./primitives.js";
import { envelopeAad, envelopeInfo, messageStatement, type Place } from "./statements.js";

/** A device to seal for. */
export interface Recipient {
  readonly userId: string;
  readonly deviceId: string;
  readonly keySeq: bigint;
  readonly agreementKey: Uint8Array;
}

/** The device that reads: its keys by the position that each has in the key log. */
export interface Reader {
  readonly userId: string;
  readonly deviceId: string;
  readonly keys: ReadonlyMap<bigint, CryptoKeyPair>;
}

/** Why a sealed message shows no text. */
export type OpenFailure =
  /** It has no envelope for this device. */
  | "noEnvelope"
  /** It was sealed for a key that this device has no longer. */
  | "keyChanged"
  /** The envelope or what is in it is damaged. */
  | "damaged"
  /** Whoever made it is not the author. */
  | "badSignature"
  /** It comes from a device that is not, or was no longer, one of the author's. */
  | "unknownDevice"
  /** It was shown before, as another message. */
  | "replayed";

/** What a message says, or why it cannot be read. */
export type Opened = { readonly content: SealedContent } | { readonly failure: OpenFailure };

/** The message is too long to be sealed. */
export class TooLong extends Error {}

/** Seals a content for all of these devices, in one order, under one signature. Rejects with `TooLong`. */
export async function sealMessage(
  place: Place,
  content: SealedContent,
  recipients: readonly Recipient[],
  signingKeys: CryptoKeyPair,
): Promise<SealedMessage> {
  const plaintext = padded(content);
  if (plaintext === undefined) throw new TooLong("too long to be sealed");
  const aad = envelopeAad(place);
  const ordered = [...recipients].sort(
    (a, b) => compareTexts(a.userId, b.userId) || compareTexts(a.deviceId, b.deviceId),
  );
  const envelopes = await Promise.all(
    ordered.map(async ({ userId, deviceId, keySeq, agreementKey }) => {
      const sealed = await hpkeSeal(agreementKey, envelopeInfo({ userId, deviceId, keySeq }), aad, plaintext);
      return create(EnvelopeSchema, { userId, deviceId, keySeq, ...sealed });
    }),
  );
  const { senderDeviceId, requestId } = place;
  const signature = await sign(signingKeys, await statementOf(place, envelopes));
  return create(SealedMessageSchema, { senderDeviceId, requestId, envelopes, signature });
}

/** Opens a message whose sender's key is known. */
export async function openMessage(
  place: Place,
  sealed: SealedMessage,
  signingKey: Uint8Array,
  reader: Reader,
): Promise<Opened> {
  const statement = await statementOf(place, sealed.envelopes);
  if (!(await verify(signingKey, statement, sealed.signature))) return { failure: "badSignature" };
  const envelope = sealed.envelopes.find((each) => each.userId === reader.userId && each.deviceId === reader.deviceId);
  if (envelope === undefined) return { failure: "noEnvelope" };
  const keys = reader.keys.get(envelope.keySeq);
  if (keys === undefined) return { failure: "keyChanged" };
  const { encapsulatedKey, ciphertext } = envelope;
  try {
    const plaintext = await hpkeOpen(keys, envelopeInfo(envelope), envelopeAad(place), encapsulatedKey, ciphertext);
    const content = unpadded(plaintext);
    return content === undefined ? { failure: "damaged" } : { content };
  } catch {
    return { failure: "damaged" };
  }
}

/** What the signature of a message is over. */
export async function statementOf(place: Place, envelopes: readonly Envelope[]): Promise<Uint8Array<ArrayBuffer>> {
  const digests = await Promise.all(envelopes.map(({ ciphertext }) => sha256(ciphertext)));
  return messageStatement(place, envelopes, digests);
}

/** Where a message stands, as its event says: moved anywhere else, its signature is wrong. */
export function placeOf(roomId: string, message: Message, sealed: SealedMessage): Place {
  const { authorId, replyTo } = message;
  const { senderDeviceId, requestId } = sealed;
  return { roomId, authorId, senderDeviceId, requestId, replyTo };
}

/** What to say when asking for a message again; `undefined` where asking is of no use. */
export function resendReason(failure: OpenFailure): ResendReason | undefined {
  switch (failure) {
    case "noEnvelope":
      return ResendReason.NO_ENVELOPE;
    case "keyChanged":
      return ResendReason.KEY_CHANGED;
    case "damaged":
      return ResendReason.DAMAGED;
    case "badSignature":
    case "unknownDevice":
    case "replayed":
      return undefined;
  }
}
