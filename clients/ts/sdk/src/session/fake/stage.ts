// A session on a fake network with fake time: what most tests of sessions begin with.

import { vi } from "vitest";
import { ChatService } from "../../proto.js";
import type { ConnectOptions, KeyValue, TriviumSession } from "../../types.js";
import { connect } from "../connect.js";
import type { Credentials } from "../token.js";
import { FakeEnvironment, FakeNetwork } from "./network.js";
import { FakeServer } from "./server.js";

/** A store in memory. */
export class FakeStore implements KeyValue {
  readonly values = new Map<string, string>();
  getItem = (key: string) => this.values.get(key) ?? null;
  setItem = (key: string, value: string) => void this.values.set(key, value);
  removeItem = (key: string) => void this.values.delete(key);
}

/** Server, network, surroundings and a session. */
export class Stage {
  readonly server = new FakeServer();
  readonly network = new FakeNetwork(this.server);
  readonly environment = new FakeEnvironment();
  readonly seats = new FakeStore();
  readonly tab = new FakeStore();
  session!: TriviumSession;
  /** Numbers of the events of the room `r` as they were delivered. */
  readonly seen: number[] = [];
  readonly texts: string[] = [];

  /** Starts the session. */
  async begin(options: ConnectOptions = {}): Promise<TriviumSession> {
    const who = options.code === undefined ? { token: "t" } : {};
    const given = { url: "http://fake", ...who, seats: this.seats, tab: this.tab, ...options };
    const roads = (credentials: Credentials) => {
      this.server.token = () => credentials.token;
      return this.network;
    };
    this.session = await connect(given, { roads, environment: this.environment });
    return this.session;
  }

  /** Starts the session, hears the room `r`, and waits until it is live. */
  async live(options: ConnectOptions = {}): Promise<TriviumSession> {
    const session = await this.begin(options);
    const room = session.room("r");
    room.onEvent(({ response }) => {
      if (response.case !== "event" || response.value.event.case !== "messageSent") return;
      this.seen.push(Number(response.value.seq));
      this.texts.push(response.value.event.value.message?.text ?? "");
    });
    await this.until(() => room.state.get().status === "live");
    return session;
  }

  /** Says something in the room. */
  say(text: string, signal?: AbortSignal): Promise<unknown> {
    return this.session.client(ChatService).sendMessage({ roomId: "r", text }, signal ? { signal } : {});
  }

  get road(): string | undefined {
    return this.session.connection.get().road;
  }

  /** Lets time pass until something holds; fails after `withinMs`. Returns how long it took. */
  async until(holds: () => boolean, withinMs = 60_000): Promise<number> {
    const from = performance.now();
    while (!holds()) {
      if (performance.now() - from > withinMs) throw new Error(`not within ${withinMs} ms: ${holds}`);
      await vi.advanceTimersByTimeAsync(5);
    }
    return performance.now() - from;
  }
}

/** Time that only tests move. */
export function useFakeTime(): void {
  vi.useFakeTimers({
    toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date", "performance"],
    now: 1_800_000_000_000,
  });
}
