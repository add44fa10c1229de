// The way in: from options to a session.

import type { ConnectOptions, ConnectTrivium, TriviumSession } from "../types.js";
import { version } from "../version.js";
import type { Setup } from "./driver.js";
import { type Environment, surroundings } from "./environment.js";
import { Guest, originOf } from "./guest.js";
import { NetworkRoads, type Roads } from "./link.js";
import { Session } from "./session.js";
import { browserStore, normalizeCode, Shelf, TabShelf } from "./storage.js";
import { Credentials } from "./token.js";

/** What tests put in place of the network and the browser. */
export interface Inner {
  readonly roads?: (credentials: Credentials) => Roads;
  readonly environment?: Environment;
}

/**
 * Starts a session.
 *
 * ```ts
 * const session = await connectTrivium({ url: "https://quiz.example", code: "K7QM-2RXD", nickname: "Ana" });
 * const room = session.room(session.seat?.roomId ?? "");
 * room.state.subscribe(() => console.log(room.state.get().quiz?.state.prompt?.text));
 * ```
 *
 * The promise is kept as soon as it is known who the caller is: at once with a token or a kept seat, after the room let the
 * guest in with a code. It does not wait for the stream; commands given before that wait in the outbox.
 *
 * @throws ConnectError if the room does not let the guest in, or no server answers within 10 s.
 */
export const connectTrivium: ConnectTrivium = (options = {}) => connect(options, {});

/** `connectTrivium` with an inside that can be changed. */
export async function connect(options: ConnectOptions, inner: Inner): Promise<TriviumSession> {
  const origin = originOf(options.url);
  const { token, code } = options;
  // Roads put the token of `credentials` on calls, and a guest's credentials come from a call.
  let roads: Roads | undefined;
  const guest = code === undefined ? undefined : new Guest(code, options, origin, () => present(roads));
  const seatless = guest && token === undefined;
  const source = seatless ? () => guest.renew() : typeof token === "function" ? token : undefined;
  const given = typeof token === "string" ? token : (guest?.keptToken ?? "");
  const credentials = new Credentials(given, source);
  roads =
    inner.roads?.(credentials) ??
    new NetworkRoads(origin, credentials, options.interceptors ?? [], options.datagrams ?? true);
  if (guest && guest.keptToken === "") {
    if (typeof token === "function") await credentials.renew();
    const seatToken = await guest.enter();
    if (seatToken !== "") credentials.set(seatToken);
  }
  const tab = options.tab === undefined ? browserStore("sessionStorage") : options.tab;
  const setup: Setup = {
    roads,
    credentials,
    environment: inner.environment ?? surroundings(),
    tab: new TabShelf(tab, origin, code === undefined ? "user" : normalizeCode(code)),
    choice: options.road ?? "auto",
    webTransportTimeoutMs: options.webTransportTimeoutMs ?? 1_500,
    datagrams: options.datagrams ?? true,
    origin,
    drafts: new Shelf(options.drafts === undefined ? browserStore("localStorage") : options.drafts),
    client: (options.client ?? `trivium-ts/${version}`).slice(0, 64),
  };
  return new Session(setup, guest);
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError("used before it was made");
  return value;
}
