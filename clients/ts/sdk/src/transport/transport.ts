// A Connect `Transport` over WebTransport: generated clients call any gRPC method of a server, streams in both directions included.
//
// The engine is Connect's own for gRPC-Web, given an HTTP client that runs each request on a stream of its own (`call.ts`).
// How a session is opened is in `open.ts`.

import type { BinaryReadOptions, BinaryWriteOptions } from "@bufbuild/protobuf";
import type { Interceptor, Transport } from "@connectrpc/connect";
import type { Compression, UniversalClientFn } from "@connectrpc/connect/protocol";
// Without semantic versioning, so the version of Connect is pinned exactly; `transport.test.ts` would notice a change.
import { createTransport } from "@connectrpc/connect/protocol-grpc-web";
import { callsOver } from "./call.js";
import { unavailable } from "./errors.js";
import { Streams } from "./streams.js";

/** Most bytes of a message by the format. */
const MAX_MESSAGE_BYTES = 0xffff_ffff;
const DEFAULTS = { maxConcurrentStreams: 100, maxQueuedCalls: 1_024, compressMinBytes: 1_024 } as const;

/** How calls are made. */
export interface WebTransportTransportOptions {
  /** The session to use, asked for at each call; a promise that is still waiting for one holds the call back. */
  session: () => Promise<WebTransport>;
  /** Interceptors for every call, the outermost first. */
  interceptors?: Interceptor[];
  /** Encodings in which answers may come [none], such as `[gzip]`. */
  acceptCompression?: Compression[];
  /** The encoding of requests [none]. */
  sendCompression?: Compression | null;
  /** Smaller messages are sent as they are [1,024 bytes]. */
  compressMinBytes?: number;
  /** Larger messages of an answer end the call with RESOURCE_EXHAUSTED [4 GiB]. */
  readMaxBytes?: number;
  /** Larger messages of a request are not sent, but end the call with RESOURCE_EXHAUSTED [4 GiB]. */
  writeMaxBytes?: number;
  /** Deadline of calls that set none, in milliseconds [none]. */
  defaultTimeoutMs?: number;
  /** Most calls of one session at once [100]; the server's own limit is 128. More wait for their turn. */
  maxConcurrentStreams?: number;
  /** Most calls that wait [1,024]; one more ends with RESOURCE_EXHAUSTED. */
  maxQueuedCalls?: number;
  /** How messages are read and written. */
  binaryOptions?: Partial<BinaryReadOptions & BinaryWriteOptions>;
}

/**
 * A transport over WebTransport.
 *
 * Give long calls a `signal` and abort it: leaving a `for await` loop by `break` cancels nothing, in Connect as such.
 */
export function createWebTransportTransport(options: WebTransportTransportOptions): Transport {
  const sessions = new WeakMap<WebTransport, Streams>();
  const streams = async () => {
    let webTransport: WebTransport;
    try {
      webTransport = await options.session();
    } catch (error) {
      throw unavailable("there is no session", error);
    }
    let streams = sessions.get(webTransport);
    if (streams === undefined) {
      const { maxConcurrentStreams = DEFAULTS.maxConcurrentStreams, maxQueuedCalls = DEFAULTS.maxQueuedCalls } =
        options;
      streams = new Streams(webTransport, maxConcurrentStreams, maxQueuedCalls);
      sessions.set(webTransport, streams);
    }
    return streams;
  };
  const one = engine(options, callsOver(streams, false));
  const many = engine(options, callsOver(streams, true));
  return {
    unary: one.unary,
    stream: (method, ...rest) => (method.methodKind === "server_streaming" ? one : many).stream(method, ...rest),
  };
}

function engine(options: WebTransportTransportOptions, httpClient: UniversalClientFn): Transport {
  const { binaryOptions, defaultTimeoutMs } = options;
  return createTransport({
    httpClient,
    baseUrl: "/",
    useBinaryFormat: true,
    interceptors: options.interceptors ?? [],
    acceptCompression: options.acceptCompression ?? [],
    sendCompression: options.sendCompression ?? null,
    compressMinBytes: options.compressMinBytes ?? DEFAULTS.compressMinBytes,
    readMaxBytes: options.readMaxBytes ?? MAX_MESSAGE_BYTES,
    writeMaxBytes: options.writeMaxBytes ?? MAX_MESSAGE_BYTES,
    ...(binaryOptions && { binaryOptions }),
    ...(defaultTimeoutMs !== undefined && { defaultTimeoutMs }),
  });
}
