// Whatever the network does and in whatever order: every command takes effect once, in order, and every event is seen once.
// @vitest-environment node

import fc from "fast-check";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Stage, useFakeTime } from "./fake/stage.js";

beforeEach(useFakeTime);
afterEach(() => {
  vi.useRealTimers();
});

const DEEDS = [
  "say",
  "say",
  "say",
  "happen",
  "cut link",
  "cut",
  "blackout",
  "udp off",
  "udp on",
  "tcp off",
  "tcp on",
  "to grpc-web",
  "to webtransport",
  "to auto",
  "network",
  "slow",
  "fast",
] as const;

type Deed = (typeof DEEDS)[number];

const step = fc.record({
  deed: fc.constantFrom<Deed>(...DEEDS),
  waitMs: fc.constantFrom(0, 0, 1, 20, 300, 3_000),
  roll: fc.double({ min: 0, max: 1, noNaN: true }),
});

function act(stage: Stage, deed: Deed, said: Promise<unknown>[], n: number): void {
  const { network, server, session } = stage;
  switch (deed) {
    case "say":
      said.push(stage.say(`${n}`));
      break;
    case "happen":
      server.happen("by itself");
      break;
    case "cut link":
      network.links.at(-1)?.cut();
      break;
    case "cut":
      session.cut();
      break;
    case "blackout":
      network.links.at(-1)?.blackout();
      break;
    case "udp off":
    case "udp on":
      network.behaviour.webtransport = deed === "udp on" ? "works" : "hangs";
      network.wake();
      break;
    case "tcp off":
    case "tcp on":
      network.behaviour["grpc-web"] = deed === "tcp on" ? "works" : "fails";
      break;
    case "to grpc-web":
    case "to webtransport":
    case "to auto":
      session.switchRoad(deed === "to auto" ? "auto" : deed === "to grpc-web" ? "grpc-web" : "webtransport");
      break;
    case "network":
      session.networkChanged();
      break;
    case "slow":
    case "fast":
      network.latency.webtransport = network.latency["grpc-web"] = deed === "slow" ? 120 : 0;
      break;
  }
}

it("keeps every promise", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
      const stage = new Stage();
      await stage.live();
      const said: Promise<unknown>[] = [];
      const expected: string[] = [];
      for (const [n, { deed, waitMs, roll }] of steps.entries()) {
        stage.environment.roll = roll;
        if (deed === "say") expected.push(`${n}`);
        act(stage, deed, said, n);
        await vi.advanceTimersByTimeAsync(waitMs);
      }
      Object.assign(stage.network.behaviour, { webtransport: "works", "grpc-web": "works" });
      Object.assign(stage.network.latency, { webtransport: 0, "grpc-web": 0 });
      stage.network.wake();
      await stage.until(() => stage.session.connection.get().pending === 0, 120_000);
      await Promise.all(said);
      const { head } = stage.server;
      await stage.until(() => stage.session.room("r").state.get().cursor?.seq === head, 120_000);
      expect(stage.server.effects.filter((text) => text !== "by itself")).toEqual(expected);
      expect(stage.seen).toEqual(Array.from({ length: Number(head) }, (_, at) => at + 1));
      await stage.session.close();
      // Messages that were under way on the slow network.
      await vi.advanceTimersByTimeAsync(1_000);
      expect(vi.getTimerCount()).toBe(0);
    }),
    { numRuns: Number(process.env.SCHEDULES ?? 60), interruptAfterTimeLimit: 50_000 },
  );
}, 60_000);
