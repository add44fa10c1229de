// Bearer tokens: who the client is, and where the next token comes from.
//
// `road` puts the current token on every call; `driver` asks for another one before it ends.

import { base64Decode } from "@bufbuild/protobuf/wire";

/** A token is renewed this long before its end, or at four fifths of what is left, whichever is later. */
const LEAD_MS = 60_000;
/** A source that hands out ended tokens is not asked in a tight loop. */
const SOONEST_MS = 1_000;

/** The current token and its source. */
export class Credentials {
  #token: string;
  #renewAt: number | undefined;
  readonly #source: (() => Promise<string>) | undefined;

  /** `source` is asked when there is no token, before one ends, and after the server refused one. */
  constructor(token: string, source?: () => Promise<string>) {
    this.#source = source;
    this.#token = token;
    this.set(token);
  }

  /** The current token; empty for nobody. */
  get token(): string {
    return this.#token;
  }

  /** Whether another token can be had. */
  get renewable(): boolean {
    return this.#source !== undefined;
  }

  /** Milliseconds until the token should be renewed; `undefined` if it has no end, or there is no other. */
  get renewInMs(): number | undefined {
    if (!this.#source || this.#renewAt === undefined) return undefined;
    return Math.max(SOONEST_MS, this.#renewAt - performance.now());
  }

  /** Whether a connection should not be begun with the current token. */
  get due(): boolean {
    if (!this.#source) return false;
    return this.#token === "" || (this.#renewAt !== undefined && this.#renewAt <= performance.now());
  }

  /** Goes on with this token. */
  set(token: string): void {
    this.#token = token;
    const end = tokenEndMs(token);
    if (end === undefined) {
      this.#renewAt = undefined;
    } else {
      const left = Math.max(0, end - Date.now());
      this.#renewAt = performance.now() + Math.max(left - LEAD_MS, (left * 4) / 5);
    }
  }

  /** Asks the source for a token and makes it the current one. */
  async renew(): Promise<void> {
    if (this.#source) this.set(await this.#source());
  }
}

/** When a JWT ends, in milliseconds since the Unix epoch; unchecked. Other tokens are taken to have no end. */
export function tokenEndMs(token: string): number | undefined {
  const payload = token.split(".")[1];
  if (!payload) return undefined;
  try {
    const claims: unknown = JSON.parse(new TextDecoder().decode(base64Decode(payload)));
    if (typeof claims !== "object" || claims === null || !("exp" in claims)) return undefined;
    return typeof claims.exp === "number" ? claims.exp * 1_000 : undefined;
  } catch {
    return undefined;
  }
}
