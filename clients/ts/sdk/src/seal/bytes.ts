// Byte strings as docs/end-to-end.md builds them: numbers big-endian, everything of varying length with its length before it.
//
// Neighbours: `statements` writes what is hashed and signed with these.

/** Bytes that WebCrypto takes. */
export type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();

/** Builds a byte string. */
export class ByteWriter {
  readonly #parts: Uint8Array[] = [];

  /** A number of four bytes. */
  u32(value: number): this {
    const part = new Uint8Array(4);
    new DataView(part.buffer).setUint32(0, value);
    return this.raw(part);
  }

  /** A number of eight bytes; times are never negative. */
  u64(value: bigint): this {
    const part = new Uint8Array(8);
    new DataView(part.buffer).setBigUint64(0, value);
    return this.raw(part);
  }

  /** A text as UTF-8, with its length before it. */
  str(text: string): this {
    return this.bytes(encoder.encode(text));
  }

  /** Bytes with their length before them. */
  bytes(bytes: Uint8Array): this {
    return this.u32(bytes.length).raw(bytes);
  }

  /** Bytes of a fixed length. */
  raw(bytes: Uint8Array): this {
    this.#parts.push(bytes);
    return this;
  }

  /** All of it. */
  done(): Bytes {
    const whole = new Uint8Array(this.#parts.reduce((length, part) => length + part.length, 0));
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }
}

/** The same bytes in memory of their own. */
export function owned(bytes: Uint8Array): Bytes {
  return new Uint8Array(bytes);
}

/** Whether both are the same. What is compared is public. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

/** The order of bytes, a shorter one before a longer one that begins with it. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** The order of texts by their UTF-8, which is not that of JavaScript. */
export function compareTexts(a: string, b: string): number {
  return compareBytes(encoder.encode(a), encoder.encode(b));
}

/** Lower-case hexadecimal digits. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Bytes from hexadecimal digits; anything else is taken for 0. */
export function fromHex(digits: string): Bytes {
  const pairs = digits.match(/../g) ?? [];
  return new Uint8Array(pairs.map((pair) => Number.parseInt(pair, 16)));
}
