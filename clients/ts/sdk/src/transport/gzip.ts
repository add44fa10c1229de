// gzip for messages, by the browser's own streams.

import { Code, ConnectError } from "@connectrpc/connect";
import type { Compression } from "@connectrpc/connect/protocol";
import { join } from "./envelope.js";
import { ignore } from "./errors.js";

/** gzip over `CompressionStream`: Chromium 80, Firefox 113, Safari 16.4, Node 18. */
export const gzip: Compression = {
  name: "gzip",
  compress: (bytes) => through(bytes, new CompressionStream("gzip"), Number.POSITIVE_INFINITY),
  async decompress(bytes, readMaxBytes) {
    if (bytes.length === 0) return new Uint8Array();
    try {
      return await through(bytes, new DecompressionStream("gzip"), readMaxBytes);
    } catch (error) {
      throw ConnectError.from(error, Code.Internal);
    }
  },
};

/** Runs bytes through a stream. Stops at the first chunk that passes the bound, so a small bomb makes no large message. */
async function through(
  bytes: Uint8Array,
  stream: CompressionStream | DecompressionStream,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const writer = stream.writable.getWriter();
  // Failures come out at the other end.
  writer.write(bytes as Uint8Array<ArrayBuffer>).catch(ignore);
  writer.close().catch(ignore);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let total = 0;
  for await (const chunk of stream.readable) {
    total += chunk.length;
    if (total > maxBytes) {
      throw new ConnectError(`a message of more than ${maxBytes} bytes`, Code.ResourceExhausted);
    }
    chunks.push(chunk);
  }
  return join(chunks) as Uint8Array<ArrayBuffer>;
}
