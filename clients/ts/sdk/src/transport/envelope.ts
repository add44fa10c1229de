// Envelopes, `flags | length | payload`: writing them, and finding their edges in an answer that comes in any pieces.
//
// What is in them: `header-block.ts` for HEADERS; messages and TRAILERS are Connect's affair.

import { Code, ConnectError } from "@connectrpc/connect";
import { MAX_BLOCK_BYTES } from "./header-block.js";

/** Flags of HEADERS, in both directions. */
export const HEADERS = 0x40;
/** Flags of END_STREAM from a client and TRAILERS from a server. */
export const END = 0x80;
const COMPRESSED = 0x01;
const PREFIX_BYTES = 5;

/** Half-close: no more messages, while the stream stays open. */
export const END_STREAM = Uint8Array.of(END, 0, 0, 0, 0);

/** A payload with its prefix. */
export function envelope(flags: number, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(PREFIX_BYTES + payload.length);
  bytes[0] = flags;
  new DataView(bytes.buffer).setUint32(1, payload.length);
  bytes.set(payload, PREFIX_BYTES);
  return bytes;
}

/** Chunks as one. */
export function join(chunks: readonly Uint8Array[]): Uint8Array {
  const [only] = chunks;
  if (only !== undefined && chunks.length === 1) return only;
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/**
 * Takes the HEADERS envelope off the front of an answer.
 */
export class HeadersReader {
  readonly #prefix = new Prefix();
  #block: Uint8Array | undefined;
  #filled = 0;

  /** The payload, once `push` has returned what is behind it. */
  get block(): Uint8Array {
    return this.#block ?? new Uint8Array();
  }

  /**
   * Takes a chunk. Returns the bytes behind HEADERS as soon as HEADERS is complete, and `undefined` before.
   *
   * @throws ConnectError INTERNAL if the answer begins with anything else, or with more than a block may be.
   */
  push(chunk: Uint8Array): Uint8Array | undefined {
    let at = 0;
    if (this.#block === undefined) {
      at = this.#prefix.push(chunk, 0);
      if (!this.#prefix.complete) return undefined;
      const { flags, length } = this.#prefix;
      if (flags !== HEADERS) throw broken(`flags ${flags} instead of HEADERS`);
      if (length > MAX_BLOCK_BYTES) throw broken(`HEADERS of ${length} bytes`);
      this.#block = new Uint8Array(length);
    }
    const part = chunk.subarray(at, at + this.#block.length - this.#filled);
    this.#block.set(part, this.#filled);
    this.#filled += part.length;
    return this.#filled === this.#block.length ? chunk.subarray(at + part.length) : undefined;
  }
}

/**
 * Follows the envelopes behind HEADERS, to know where TRAILERS ends. Looks at prefixes only and keeps nothing.
 */
export class AnswerTracker {
  #prefix = new Prefix();
  #left = 0;
  /** Whether TRAILERS has come in whole. */
  ended = false;

  /**
   * How many bytes of the next chunk are part of the answer: all, or those up to the end of TRAILERS.
   *
   * @throws ConnectError INTERNAL for flags that no answer has, and for TRAILERS longer than a block may be.
   */
  track(chunk: Uint8Array): number {
    let at = 0;
    while (at < chunk.length && !this.ended) {
      if (!this.#prefix.complete) {
        at = this.#prefix.push(chunk, at);
        if (!this.#prefix.complete) break;
        this.#left = this.#prefix.length;
        this.#check();
      }
      const step = Math.min(this.#left, chunk.length - at);
      at += step;
      this.#left -= step;
      if (this.#left === 0) {
        this.ended = this.#prefix.flags === END;
        this.#prefix = new Prefix();
      }
    }
    return at;
  }

  #check(): void {
    const { flags, length } = this.#prefix;
    if (flags !== 0 && flags !== COMPRESSED && flags !== END) throw broken(`flags ${flags}`);
    if (flags === END && length > MAX_BLOCK_BYTES) throw broken(`TRAILERS of ${length} bytes`);
  }
}

/** The five bytes in front of a payload, in any number of pieces. */
class Prefix {
  readonly #view = new DataView(new ArrayBuffer(PREFIX_BYTES));
  #have = 0;

  /** Takes what it lacks, and returns where it stopped. */
  push(chunk: Uint8Array, from: number): number {
    let at = from;
    for (; at < chunk.length && this.#have < PREFIX_BYTES; at += 1, this.#have += 1) {
      this.#view.setUint8(this.#have, chunk[at] ?? 0);
    }
    return at;
  }

  get complete(): boolean {
    return this.#have === PREFIX_BYTES;
  }

  get flags(): number {
    return this.#view.getUint8(0);
  }

  get length(): number {
    return this.#view.getUint32(1);
  }
}

function broken(what: string): ConnectError {
  return new ConnectError(`malformed answer: ${what}`, Code.Internal);
}
