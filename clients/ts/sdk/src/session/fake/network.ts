// A network in memory, for tests: roads that open late or not at all, links that are cut or go dead at any message.

import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import type { Road } from "../../types.js";
import type { Environment, Happening } from "../environment.js";
import type { Link, Roads } from "../link.js";
import type { FakeServer } from "./server.js";

/** How a road behaves when it is opened. */
export type Behaviour = "works" | "fails" | "hangs" | "unsupported";

/** A link of the fake network. */
export class FakeLink implements Link {
  readonly transport: Transport;
  readonly duplex: boolean;
  readonly closed: Promise<void>;
  #end: () => void = () => {};
  #alive = true;
  #dead = false;

  constructor(
    readonly road: Road,
    server: FakeServer,
    readonly network: FakeNetwork,
  ) {
    this.duplex = road === "webtransport";
    this.closed = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.transport = this.#wrap(server.transport(road));
  }

  get isCut(): boolean {
    return !this.#alive;
  }

  /** Everything on it fails at once. */
  cut(): void {
    this.#alive = false;
    this.network.wake();
    if (this.duplex) this.#end();
  }

  /** Nothing passes any more, and nobody is told. */
  blackout(): void {
    this.#dead = true;
  }

  close(): void {
    if (this.duplex) this.cut();
  }

  /** One message passes, or the link fails here. */
  async pass(signal?: AbortSignal): Promise<void> {
    this.network.step(this);
    await this.network.delay(this.road);
    while (this.#dead && this.#alive && !signal?.aborted) await this.network.change(signal);
    signal?.throwIfAborted();
    if (!this.#alive) throw new ConnectError("cut", Code.Unavailable);
  }

  #wrap(inner: Transport): Transport {
    return {
      unary: async (method, signal, timeoutMs, header, input, contextValues) => {
        await this.pass(signal);
        const answer = await inner.unary(method, signal, timeoutMs, header, input, contextValues);
        await this.pass(signal);
        return answer;
      },
      stream: async (method, signal, timeoutMs, header, input, contextValues) => {
        const up = this.#passing(input, signal);
        const answer = await inner.stream(method, signal, timeoutMs, header, up, contextValues);
        return { ...answer, message: this.#passing(answer.message, signal) };
      },
    };
  }

  async *#passing<T>(messages: AsyncIterable<T>, signal?: AbortSignal): AsyncGenerator<T> {
    const iterator = messages[Symbol.asyncIterator]();
    const broken = this.network.untilCut(this, signal);
    for (;;) {
      const next = await Promise.race([iterator.next(), broken]);
      if (next === undefined) throw new ConnectError("cut", Code.Unavailable);
      if (next.done) return;
      await this.pass(signal);
      yield next.value;
    }
  }
}

/** The network. */
export class FakeNetwork implements Roads {
  readonly behaviour: Record<Road, Behaviour> = { webtransport: "works", "grpc-web": "works" };
  /** One way, in milliseconds. */
  readonly latency: Record<Road, number> = { webtransport: 0, "grpc-web": 0 };
  /** How long WebTransport takes to open, in milliseconds. */
  openMs = 0;
  readonly links: FakeLink[] = [];
  /** Called before each message that passes. */
  onStep: (link: FakeLink) => void = () => {};
  readonly opened: Road[] = [];
  readonly #server: FakeServer;
  #waiting = new Set<() => void>();

  constructor(server: FakeServer) {
    this.#server = server;
  }

  supports(road: Road): boolean {
    return this.behaviour[road] !== "unsupported";
  }

  async open(road: Road, signal: AbortSignal): Promise<Link> {
    this.opened.push(road);
    if (road === "webtransport" && this.openMs > 0) await new Promise((resolve) => setTimeout(resolve, this.openMs));
    while (this.behaviour[road] === "hangs" && !signal.aborted) await this.change(signal);
    signal.throwIfAborted();
    if (this.behaviour[road] !== "works") throw new ConnectError("no road", Code.Unavailable);
    const link = new FakeLink(road, this.#server, this);
    this.links.push(link);
    return link;
  }

  /** Cuts every link that is up. */
  cut(): void {
    for (const link of this.links) link.cut();
  }

  step(link: FakeLink): void {
    this.onStep(link);
  }

  async delay(road: Road): Promise<void> {
    if (this.latency[road] > 0) await new Promise((resolve) => setTimeout(resolve, this.latency[road]));
  }

  /** Until something about a link changes. */
  change(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal?.addEventListener("abort", wake);
    });
  }

  wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  /** Until the link is cut, or the call given up. A dead link tells nobody. */
  async untilCut(link: FakeLink, signal?: AbortSignal): Promise<undefined> {
    while (!signal?.aborted && !link.isCut) await this.change(signal);
    return undefined;
  }
}

/** Surroundings whose chances and happenings are the test's. */
export class FakeEnvironment implements Environment {
  roll = 0.5;
  online = true;
  hidden = false;
  page = false;
  readonly #listeners = new Set<(happening: Happening) => void>();

  random(): number {
    return this.roll;
  }

  listen(listener: (happening: Happening) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  happen(happening: Happening): void {
    for (const listener of [...this.#listeners]) listener(happening);
  }
}
