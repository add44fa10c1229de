// `/.well-known/trivium`: where a server's WebTransport road is, and which certificates it has.

import { Code, ConnectError } from "@connectrpc/connect";
import { unavailable } from "./errors.js";

const PATH = "/.well-known/trivium";
/** Far above any real one, in characters. */
const MAX_DOCUMENT = 65_536;
const HASH_BYTES = 32;

/** What a server says of itself. */
export interface WellKnown {
  /** The server's version. */
  readonly version: string;
  /** Absent where the server has no such road. */
  readonly webtransport?: {
    readonly url: string;
    /** SHA-256 of certificates to trust; empty where the certificate is from a public authority. */
    readonly certificateHashes: readonly Uint8Array<ArrayBuffer>[];
  };
  /** The whole document, for what is not listed here. */
  readonly document: Readonly<Record<string, unknown>>;
}

/**
 * Asks a server, by its origin.
 *
 * @throws ConnectError UNAVAILABLE if it does not answer, INTERNAL if the answer is none, the signal's reason.
 */
export async function fetchWellKnown(
  origin: string | URL,
  fetch: typeof globalThis.fetch = globalThis.fetch,
  signal?: AbortSignal,
): Promise<WellKnown> {
  let text: string;
  try {
    const url = new URL(PATH, origin);
    // Never from a cache: the hashes change.
    const response = await fetch(url, { cache: "no-store", credentials: "omit", ...(signal && { signal }) });
    if (!response.ok) throw unavailable(`${url} answers ${response.status}`);
    text = await response.text();
  } catch (error) {
    if (signal?.aborted) throw ConnectError.from(signal.reason, Code.Canceled);
    throw unavailable("the server does not answer", error);
  }
  if (text.length > MAX_DOCUMENT) throw malformed("too long");
  return parseWellKnown(text);
}

/**
 * Reads the document.
 *
 * @throws ConnectError INTERNAL if it is none.
 */
export function parseWellKnown(text: string): WellKnown {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw malformed("no JSON");
  }
  if (!isRecord(document)) throw malformed("no object");
  const { version, webtransport } = document;
  const known = { version: typeof version === "string" ? version : "", document };
  if (webtransport === undefined || webtransport === null) return known;
  if (!isRecord(webtransport) || typeof webtransport.url !== "string") throw malformed("no URL");
  const hashes: unknown = webtransport.certificate_hashes ?? [];
  if (!Array.isArray(hashes)) throw malformed("no hashes");
  return { ...known, webtransport: { url: webtransport.url, certificateHashes: hashes.map(hash) } };
}

function hash(base64: unknown): Uint8Array<ArrayBuffer> {
  try {
    const bytes = Uint8Array.from(atob(String(base64)), (character) => character.charCodeAt(0));
    if (bytes.length === HASH_BYTES) return bytes;
  } catch {
    // Told below.
  }
  throw malformed("a hash that is none");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function malformed(why: string): ConnectError {
  return new ConnectError(`malformed ${PATH}: ${why}`, Code.Internal);
}
