// The algorithms: HPKE, Ed25519 and SHA-2, all by the browser's own WebCrypto.
//
// There is no fallback in JavaScript: it would hold private keys where every script of the page can read them. Browsers have
// X25519 and Ed25519 since Chromium 137, Firefox 130 and Safari 17; others are told so.

import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from "@hpke/core";
import { type Bytes, fromHex, owned, toHex } from "./bytes.js";

const ED25519 = "Ed25519";
const X25519 = "X25519";
/** Before the 32 bytes of a private key in PKCS #8, without the last byte of the algorithm's number. */
const PKCS8 = { [X25519]: "302e020100300506032b656e04220420", [ED25519]: "302e020100300506032b657004220420" };

const suite = new CipherSuite({
  kem: new DhkemX25519HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes256Gcm(),
});

/** Encodings of points by which a signature says nothing about who made it, without the bit of the sign. */
const SMALL_ORDER: ReadonlySet<string> = new Set([
  `${"00".repeat(32)}`,
  `01${"00".repeat(31)}`,
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  `ec${"ff".repeat(30)}7f`,
  `ed${"ff".repeat(30)}7f`,
  `ee${"ff".repeat(30)}7f`,
]);

/** Whether this browser, on this page, can do it: pages without TLS have no WebCrypto. */
export async function isSupported(): Promise<boolean> {
  try {
    const { subtle } = crypto;
    await subtle.generateKey(X25519, false, ["deriveBits"]);
    await subtle.generateKey(ED25519, false, ["sign", "verify"]);
    return true;
  } catch {
    return false;
  }
}

/** A key pair for which others seal. Its private half never leaves the browser. */
export async function newAgreementKeys(): Promise<CryptoKeyPair> {
  return pair(await crypto.subtle.generateKey(X25519, false, ["deriveBits"]));
}

/** A key pair by which a device signs. Its private half never leaves the browser. */
export async function newSigningKeys(): Promise<CryptoKeyPair> {
  return pair(await crypto.subtle.generateKey(ED25519, false, ["sign", "verify"]));
}

/** A key pair from its 32 bytes of each half: for vectors. */
export async function importKeys(
  algorithm: "X25519" | "Ed25519",
  privateKey: Uint8Array,
  publicKey: Uint8Array,
): Promise<CryptoKeyPair> {
  const pkcs8 = fromHex(PKCS8[algorithm] + toHex(privateKey));
  const [own, others]: [KeyUsage[], KeyUsage[]] = algorithm === X25519 ? [["deriveBits"], []] : [["sign"], ["verify"]];
  return {
    privateKey: await crypto.subtle.importKey("pkcs8", pkcs8, algorithm, false, own),
    publicKey: await crypto.subtle.importKey("raw", owned(publicKey), algorithm, true, others),
  };
}

/** The public half, as it goes over the wire. */
export async function publicBytes({ publicKey }: CryptoKeyPair): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.exportKey("raw", publicKey));
}

/** Signs. */
export async function sign({ privateKey }: CryptoKeyPair, statement: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.sign(ED25519, privateKey, statement));
}

/** Whether a signature is right. A key that is none makes none. */
export async function verify(signingKey: Uint8Array, statement: Bytes, signature: Uint8Array): Promise<boolean> {
  if (isSmallOrder(signingKey)) return false;
  try {
    const key = await crypto.subtle.importKey("raw", owned(signingKey), ED25519, false, ["verify"]);
    return await crypto.subtle.verify(ED25519, key, owned(signature), statement);
  } catch {
    return false;
  }
}

/** Seals for whoever has the private half of this key. */
export async function hpkeSeal(
  agreementKey: Uint8Array,
  info: Bytes,
  aad: Bytes,
  plaintext: Bytes,
): Promise<{ encapsulatedKey: Bytes; ciphertext: Bytes }> {
  const recipientPublicKey = await suite.kem.deserializePublicKey(owned(agreementKey));
  const sender = await suite.createSenderContext({ recipientPublicKey, info });
  const ciphertext = await sender.seal(plaintext, aad);
  return { encapsulatedKey: new Uint8Array(sender.enc), ciphertext: new Uint8Array(ciphertext) };
}

/** Opens what was sealed for this key pair; rejects if it was not, or was changed. */
export async function hpkeOpen(
  keys: CryptoKeyPair,
  info: Bytes,
  aad: Bytes,
  encapsulatedKey: Uint8Array,
  ciphertext: Uint8Array,
): Promise<Bytes> {
  const recipient = await suite.createRecipientContext({ recipientKey: keys, info, enc: owned(encapsulatedKey) });
  return new Uint8Array(await recipient.open(owned(ciphertext), aad));
}

/** SHA-256. */
export async function sha256(bytes: Uint8Array): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", owned(bytes)));
}

/** SHA-512. */
export async function sha512(bytes: Uint8Array): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-512", owned(bytes)));
}

function isSmallOrder(signingKey: Uint8Array): boolean {
  const unsigned = owned(signingKey);
  unsigned[31] = (unsigned[31] ?? 0) & 0x7f;
  return SMALL_ORDER.has(toHex(unsigned));
}

function pair(made: CryptoKey | CryptoKeyPair): CryptoKeyPair {
  if ("publicKey" in made) return made;
  throw new TypeError("these algorithms make pairs");
}
