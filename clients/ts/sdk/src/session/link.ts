// A road that is open: a Connect transport with the caller's token on every call, and datagrams where the road has them.
//
// `connection` greets the server over a link. `Roads` is what tests put something else in place of.

import { createContextKey, type Interceptor, type Transport } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import {
  createWebTransportTransport,
  type Datagrams,
  datagrams,
  openWebTransport,
  supportsWebTransport,
} from "../transport/index.js";
import type { Road } from "../types.js";
import type { Credentials } from "./token.js";

/** A road that is open. */
export interface Link {
  readonly road: Road;
  readonly transport: Transport;
  /** Whether `SessionService.Connect` can be called; else `Watch` and unary calls. */
  readonly duplex: boolean;
  readonly datagrams?: Datagrams;
  /** Kept when the link is known to be dead. Never broken. */
  readonly closed: Promise<void>;
  /** Ends everything on it. */
  close(): void;
}

/** Opens roads. */
export interface Roads {
  /** Whether the road exists in this environment at all. */
  supports(road: Road): boolean;
  /** Opens the road; broken by a `ConnectError`, with UNIMPLEMENTED if the server does not offer it. */
  open(road: Road, signal: AbortSignal): Promise<Link>;
}

/** The longest that opening WebTransport may take by itself; the session's own limit is shorter. */
const OPEN_MS = 10_000;

/** Roads over the network. `interceptors` run for every call on the wire, the streams of the session included. */
export class NetworkRoads implements Roads {
  readonly #url: string;
  readonly #interceptors: Interceptor[];
  readonly #grpcWeb: Transport;
  readonly #useDatagrams: boolean;

  constructor(url: string, credentials: Credentials, interceptors: readonly Interceptor[], useDatagrams: boolean) {
    this.#url = url;
    this.#useDatagrams = useDatagrams && !isWebKit();
    this.#interceptors = [...interceptors, authorize(credentials)];
    this.#grpcWeb = createGrpcWebTransport({ baseUrl: url, interceptors: this.#interceptors });
  }

  supports(road: Road): boolean {
    return road === "grpc-web" || supportsWebTransport();
  }

  async open(road: Road, signal: AbortSignal): Promise<Link> {
    if (road === "grpc-web") {
      const never = new Promise<void>(() => {});
      return { road, transport: this.#grpcWeb, duplex: false, closed: never, close: () => {} };
    }
    const { webTransport } = await openWebTransport({ url: this.#url, signal, timeoutMs: OPEN_MS });
    const done = () => {};
    return {
      road,
      transport: createWebTransportTransport({
        session: async () => webTransport,
        interceptors: this.#interceptors,
      }),
      duplex: true,
      ...(this.#useDatagrams && { datagrams: datagrams(webTransport) }),
      closed: webTransport.closed.then(done, done),
      close: () => {
        try {
          webTransport.close();
        } catch {
          // It is closed already.
        }
      },
    };
  }
}

/** For calls that are nobody's, such as a guest's who wants another token for the same seat. */
export const anonymous = createContextKey(false, { description: "without a token" });

function authorize(credentials: Credentials): Interceptor {
  return (next) => (request) => {
    const nobodys = request.contextValues.get(anonymous) || request.header.has("authorization");
    if (credentials.token !== "" && !nobodys) {
      request.header.set("authorization", `Bearer ${credentials.token}`);
    }
    return next(request);
  };
}

/** Safari ends the session when its datagrams are read, by public reports; nothing but the vendor's name tells beforehand. */
function isWebKit(): boolean {
  return globalThis.navigator?.vendor?.startsWith("Apple") ?? false;
}
