// Opens a WebTransport session with a server: finds the road, trusts its certificates, waits until it is ready.
//
// One attempt and nothing more; reconnecting and the other road are up to the caller. `transport.ts` uses the session.

import { Code, ConnectError } from "@connectrpc/connect";
import { abortError, ignore, unavailable, untilAborted } from "./errors.js";
import { fetchWellKnown, type WellKnown } from "./well-known.js";

const DEFAULT_TIMEOUT_MS = 3_000;

/** Where to, and for how long. */
export interface OpenWebTransportOptions {
  /** Origin of the server's HTTP port, such as `https://quiz.example`. */
  url: string | URL;
  /** How the server is asked for its road [the global `fetch`]. */
  fetch?: typeof globalThis.fetch;
  /** What is already known, to save asking; hashes are good for 6 days. */
  wellKnown?: WellKnown;
  /** Ends the attempt. */
  signal?: AbortSignal;
  /** Longest attempt, in milliseconds [3,000]. */
  timeoutMs?: number;
}

/** An open session. */
export interface OpenedWebTransport {
  readonly webTransport: WebTransport;
  /** Where it goes. */
  readonly url: string;
  /** What the server said of itself. */
  readonly wellKnown: WellKnown;
  /** Most bytes of a datagram on this path. */
  readonly maxDatagramSize: number;
}

/** Whether this browser has WebTransport at all. Whether it works shows only in opening a session. */
export function supportsWebTransport(): boolean {
  return typeof WebTransport === "function";
}

/**
 * Opens a session. Leaves nothing behind if it fails.
 *
 * @throws ConnectError UNIMPLEMENTED if the browser or the server has no WebTransport, UNAVAILABLE if it cannot be
 * reached (browsers never tell why), DEADLINE_EXCEEDED, the signal's reason, INTERNAL for a malformed `/.well-known/trivium`.
 */
export async function openWebTransport(options: OpenWebTransportOptions): Promise<OpenedWebTransport> {
  if (!supportsWebTransport()) throw new ConnectError("this browser has no WebTransport", Code.Unimplemented);
  const attempt = new AbortController();
  const { signal } = attempt;
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const late = () => attempt.abort(new ConnectError(`no session within ${timeoutMs} ms`, Code.DeadlineExceeded));
  const timer = setTimeout(late, timeoutMs);
  const abort = () => attempt.abort(options.signal && abortError(options.signal));
  if (options.signal?.aborted) abort();
  options.signal?.addEventListener("abort", abort, { once: true });
  try {
    const wellKnown = options.wellKnown ?? (await fetchWellKnown(options.url, options.fetch, signal));
    const { webtransport } = wellKnown;
    if (webtransport === undefined) throw new ConnectError("the server has no WebTransport", Code.Unimplemented);
    signal.throwIfAborted();
    const webTransport = await ready(webtransport.url, webtransport.certificateHashes, signal);
    return { webTransport, url: webtransport.url, wellKnown, maxDatagramSize: webTransport.datagrams.maxDatagramSize };
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", abort);
  }
}

async function ready(
  url: string,
  hashes: readonly Uint8Array<ArrayBuffer>[],
  signal: AbortSignal,
): Promise<WebTransport> {
  const serverCertificateHashes = hashes.map((value) => ({ algorithm: "sha-256", value }));
  let webTransport: WebTransport;
  try {
    // Firefox refuses pooling together with hashes, and the server has one session per connection: never ask for it.
    webTransport = new WebTransport(url, hashes.length > 0 ? { serverCertificateHashes } : {});
  } catch (error) {
    throw unavailable(`no session with ${url}`, error);
  }
  webTransport.closed.catch(ignore);
  try {
    await untilAborted(webTransport.ready, signal);
    return webTransport;
  } catch (error) {
    close(webTransport);
    throw unavailable(`no session with ${url}`, error);
  }
}

/** Closes a session in whatever state it is. */
function close(webTransport: WebTransport): void {
  try {
    webTransport.close();
  } catch {
    // It has failed already.
  }
}
