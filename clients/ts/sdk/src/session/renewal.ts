// Renews the token before it ends, while a connection is in use.

import { Timer } from "./timer.js";
import type { Credentials } from "./token.js";

/** After the source of tokens failed. */
const AGAIN_MS = 10_000;
/** Timers of browsers end at 2^31 ms. */
const LONGEST_MS = 2 ** 30;

/** Keeps a token fresh. */
export class Renewal {
  readonly #credentials: Credentials;
  readonly #renewed: () => void;
  readonly #timer = new Timer();

  /** `renewed` is called with each new token. */
  constructor(credentials: Credentials, renewed: () => void) {
    this.#credentials = credentials;
    this.#renewed = renewed;
  }

  start(): void {
    const inMs = this.#credentials.renewInMs;
    if (inMs === undefined) this.#timer.clear();
    else if (inMs > LONGEST_MS) this.#timer.set(LONGEST_MS, () => this.start());
    else this.#timer.set(inMs, () => void this.#renew());
  }

  stop(): void {
    this.#timer.clear();
  }

  async #renew(): Promise<void> {
    try {
      await this.#credentials.renew();
      this.#renewed();
    } catch {
      // While the old one is good there is time to ask again; after that the server says so.
      this.#timer.set(AGAIN_MS, () => void this.#renew());
    }
  }
}
