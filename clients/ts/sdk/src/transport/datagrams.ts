// Datagrams of a session: `kind | body`, as docs/webtransport.md has them in section 9. They may be lost, doubled or late.
//
// They need no stream and no call; who sends signals, and when to ping, is the caller's affair.

import { ignore } from "./errors.js";

/** Most bytes of a datagram, with its kind. */
export const MAX_DATAGRAM_BYTES = 1_100;
/** Kind of a datagram whose body is a `trivium.v1.ConnectResponse` with `signals`. */
export const SIGNALS_KIND = 16;

const PING = { kind: 1, bytes: 17 } as const;
const PONG = { kind: 2, bytes: 25 } as const;
/** Received datagrams that wait for the reader; the browser drops the oldest. */
const WAITING = 64;

/** A datagram from the server. */
export type Datagram =
  | {
      readonly kind: "pong";
      /** As it was sent. */
      readonly seq: number;
      /** As it was sent. */
      readonly clientTimeUs: number;
      /** The server's clock when it answered, in microseconds since the Unix epoch. */
      readonly serverTimeUs: number;
    }
  | {
      readonly kind: "signals";
      /** An encoded `trivium.v1.ConnectResponse`. */
      readonly body: Uint8Array;
    }
  | {
      readonly kind: "application";
      /** 17 to 255. */
      readonly number: number;
      readonly body: Uint8Array;
    };

/** The datagrams of a session. Iterating takes them off; those of unknown kinds and wrong lengths are left out. */
export interface Datagrams extends AsyncIterable<Datagram> {
  /** Most bytes of a datagram just now, with its kind. */
  readonly maxBytes: number;
  /**
   * Sends one, and says whether it was handed to the browser: not if it is too long for the path, the session is over,
   * or too many wait already.
   *
   * @throws RangeError if it is longer than any may be.
   */
  send(datagram: Uint8Array): boolean;
  /** Asks for a pong. `seq` and `clientTimeUs` are whole and not negative. */
  ping(seq: number, clientTimeUs: number): boolean;
}

/** What is newer, or older, than the declarations that come with TypeScript. */
interface DatagramStreams {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable?: WritableStream<Uint8Array>;
  createWritable?(): WritableStream<Uint8Array>;
  readonly maxDatagramSize: number;
  incomingHighWaterMark?: number;
}

/** The datagrams of a session; to be called once per session. */
export function datagrams(webTransport: WebTransport): Datagrams {
  const streams = webTransport.datagrams as unknown as DatagramStreams;
  // One by default in Chromium, and a burst is lost.
  if (streams.incomingHighWaterMark !== undefined) streams.incomingHighWaterMark = WAITING;
  const writer = (streams.writable ?? streams.createWritable?.())?.getWriter();
  writer?.closed.catch(ignore);
  const maxBytes = () => Math.min(MAX_DATAGRAM_BYTES, streams.maxDatagramSize);
  const send = (datagram: Uint8Array): boolean => {
    if (datagram.length > MAX_DATAGRAM_BYTES) throw new RangeError(`a datagram of ${datagram.length} bytes`);
    // Chromium takes one that is too long, and sends nothing.
    if (writer === undefined || datagram.length > maxBytes() || (writer.desiredSize ?? 0) <= 0) return false;
    writer.write(datagram).catch(ignore);
    return true;
  };
  return {
    get maxBytes() {
      return maxBytes();
    },
    send,
    ping: (seq, clientTimeUs) => send(encodePing(seq, clientTimeUs)),
    [Symbol.asyncIterator]: () => received(streams.readable),
  };
}

/** Ends with the session, however that ends. */
async function* received(readable: ReadableStream<Uint8Array>): AsyncGenerator<Datagram> {
  const reader = readable.getReader();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const datagram = decodeDatagram(value);
      if (datagram !== undefined) yield datagram;
    }
  } catch {
    // The session is lost, and so is what was under way.
  } finally {
    reader.releaseLock();
  }
}

/** The bytes of a ping. */
export function encodePing(seq: number, clientTimeUs: number): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(PING.bytes));
  view.setUint8(0, PING.kind);
  view.setBigUint64(1, BigInt(seq));
  view.setBigUint64(9, BigInt(clientTimeUs));
  return new Uint8Array(view.buffer);
}

/** Reads a datagram; `undefined` for one that is to be ignored. */
export function decodeDatagram(bytes: Uint8Array): Datagram | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kind = bytes[0];
  if (kind === PONG.kind && bytes.length === PONG.bytes) {
    const at = (offset: number) => Number(view.getBigUint64(offset));
    return { kind: "pong", seq: at(1), clientTimeUs: at(9), serverTimeUs: at(17) };
  }
  if (kind === undefined || kind < SIGNALS_KIND) return undefined;
  const body = bytes.subarray(1);
  return kind === SIGNALS_KIND ? { kind: "signals", body } : { kind: "application", number: kind, body };
}
