// `@trivium/client/transport`: gRPC over WebTransport for Connect's generated clients. Knows no proto of Trivium.

export { type Datagram, type Datagrams, datagrams, MAX_DATAGRAM_BYTES, SIGNALS_KIND } from "./datagrams.js";
export { gzip } from "./gzip.js";
export {
  type OpenedWebTransport,
  type OpenWebTransportOptions,
  openWebTransport,
  supportsWebTransport,
} from "./open.js";
export { createWebTransportTransport, type WebTransportTransportOptions } from "./transport.js";
export { fetchWellKnown, type WellKnown } from "./well-known.js";
