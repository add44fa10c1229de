// What is known of each road, which one to prefer, and when a road that failed may be tried again.

import type { Road, RoadState } from "../types.js";
import { Backoff } from "./backoff.js";

/** Between attempts to return to the better road. */
const RETURN = { base: 5_000, cap: 60_000, floor: 1_000 };
/** A server that does not offer the road is asked again after this. */
const UNOFFERED_MS = 10 * 60_000;

/** The roads of a session. */
export class RoadBook {
  readonly #allowed: ReadonlySet<Road>;
  readonly #states: Record<Road, RoadState>;
  readonly #return = new Backoff(RETURN);
  /** Until when the better road is left alone, by `performance.now()`. */
  #returnAt = 0;
  /** The wish of the application. */
  preferred: "auto" | Road = "auto";

  constructor(choice: "auto" | Road, supports: (road: Road) => boolean) {
    const both: Road[] = ["webtransport", "grpc-web"];
    this.#allowed = new Set(choice === "auto" ? both.filter(supports) : [choice]);
    const status = (road: Road): RoadState => {
      if (choice !== "auto" && choice !== road) return { status: "off" };
      return { status: supports(road) ? "unknown" : "unsupported" };
    };
    this.#states = { webtransport: status("webtransport"), "grpc-web": status("grpc-web") };
  }

  get states(): Readonly<Record<Road, RoadState>> {
    return { ...this.#states };
  }

  isAllowed(road: Road): boolean {
    return this.#allowed.has(road);
  }

  /** Notes what became of a road; a round trip that is not given is forgotten. */
  note(road: Road, status: RoadState["status"], roundTripMs?: number): void {
    this.#states[road] = {
      status,
      ...(roundTripMs !== undefined && { roundTripMs: Math.round(roundTripMs * 10) / 10 }),
    };
  }

  /** The road to be on, if all work. */
  get target(): Road {
    if (this.preferred !== "auto" && this.isAllowed(this.preferred)) return this.preferred;
    return this.isAllowed("webtransport") ? "webtransport" : "grpc-web";
  }

  /** Roads to try now, the better one first. */
  plan(now: number): Road[] {
    const { target } = this;
    const others: Road[] = [...this.#allowed].filter((road) => road !== target);
    const rested = now >= this.#returnAt || others.length === 0;
    if (!rested) return others;
    // Who asks for gRPC-Web by name gets it first; the other road is tried when that fails.
    return target === "grpc-web" ? [target] : [target, ...others];
  }

  /** How long until the target may be tried again. */
  restMs(now: number): number {
    return Math.max(0, this.#returnAt - now);
  }

  /** The target failed, or worked too short to be trusted: it is left alone for a while. */
  failed(now: number, roll: number, unoffered = false): void {
    const delay = this.#return.next(roll);
    this.#returnAt = now + (unoffered ? UNOFFERED_MS : delay);
  }

  /** The target worked for a good while. */
  proved(): void {
    this.#return.reset();
  }

  /** Everything may be different now: the target may be tried at once. */
  forgive(): void {
    this.#return.reset();
    this.#returnAt = 0;
  }
}
