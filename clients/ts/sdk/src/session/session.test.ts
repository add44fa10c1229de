// Sessions on a fake network: which road, how they come back, what arrives and takes effect.
// @vitest-environment node

import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ChatService, GoAwayReason, SignalsSchema } from "../proto.js";
import { reason } from "./errors.js";
import { Stage, useFakeTime } from "./fake/stage.js";

let stage: Stage;
beforeEach(() => {
  useFakeTime();
  stage = new Stage();
});
afterEach(async () => {
  await stage.session?.close();
  expect(vi.getTimerCount(), "nothing is left behind").toBe(0);
  vi.useRealTimers();
});

describe("the race of the roads", () => {
  it.each([
    ["WebTransport is there at once", {}, "webtransport", 50],
    ["WebTransport takes a while", { openMs: 300 }, "webtransport", 400],
    ["UDP is dead", { webtransport: "hangs" }, "grpc-web", 450],
    ["WebTransport fails at once", { webtransport: "fails" }, "grpc-web", 50],
    ["the browser has none", { webtransport: "unsupported" }, "grpc-web", 50],
  ] as const)("%s", async (_, network, road, withinMs) => {
    const { openMs, webtransport } = { openMs: 0, webtransport: "works" as const, ...network };
    Object.assign(stage.network, { openMs });
    stage.network.behaviour.webtransport = webtransport;
    await stage.begin();
    await stage.until(() => stage.session.connection.get().status === "live", withinMs);
    expect(stage.road).toBe(road);
  });

  it("goes over when WebTransport comes second", async () => {
    stage.network.openMs = 900;
    await stage.live();
    expect(stage.road).toBe("grpc-web");
    await stage.until(() => stage.road === "webtransport", 1_000);
    expect(stage.session.connection.get().reconnects).toBe(0);
    await stage.say("a");
    await stage.until(() => stage.texts.length === 1);
    expect(stage.server.effects).toEqual(["a"]);
  });

  it("keeps to the one road it is told", async () => {
    await stage.live({ road: "grpc-web" });
    expect(stage.road).toBe("grpc-web");
    expect(stage.session.connection.get().roads.webtransport.status).toBe("off");
    await vi.advanceTimersByTimeAsync(120_000);
    expect(stage.network.opened).not.toContain("webtransport");
  });

  it("tries WebTransport again in the background, ever less often", async () => {
    stage.environment.roll = 1;
    stage.network.behaviour.webtransport = "fails";
    await stage.live();
    await vi.advanceTimersByTimeAsync(36_000);
    // At once, then after 5, 10 and 20 s.
    expect(stage.network.opened.filter((road) => road === "webtransport")).toHaveLength(4);
    stage.network.behaviour.webtransport = "works";
    stage.session.networkChanged();
    await stage.until(() => stage.road === "webtransport", 100);
  });
});

describe("coming back", () => {
  it("resumes the session, with what was missed and nothing twice", async () => {
    await stage.live();
    stage.server.happen("1");
    await stage.until(() => stage.seen.length === 1);
    stage.session.cut();
    expect(stage.session.connection.get().status).toBe("reconnecting");
    stage.server.happen("2");
    stage.server.happen("3");
    await stage.until(() => stage.seen.length === 3);
    expect(stage.texts).toEqual(["1", "2", "3"]);
    expect(stage.server.begun).toBe(1);
    expect(stage.session.connection.get().reconnects).toBe(1);
  });

  it("finds a dead WebTransport and is on gRPC-Web within five seconds", async () => {
    await stage.live();
    await vi.advanceTimersByTimeAsync(7_000);
    expect(stage.road).toBe("webtransport");
    stage.network.links.at(-1)?.blackout();
    stage.network.behaviour.webtransport = "hangs";
    const said = stage.say("a");
    expect(await stage.until(() => stage.road === "grpc-web")).toBeLessThan(5_000);
    await said;
    expect(stage.server.effects).toEqual(["a"]);
  });

  it("finds a dead Watch although nothing is said", async () => {
    await stage.live({ road: "grpc-web" });
    stage.network.links.at(-1)?.blackout();
    stage.server.happen("missed");
    expect(await stage.until(() => stage.texts.length === 1)).toBeLessThan(15_000);
  });

  it("does not take a page that slept for a dead connection", async () => {
    await stage.live();
    await vi.advanceTimersByTimeAsync(3_000);
    vi.setSystemTime(Date.now() + 60_000);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(stage.session.connection.get().reconnects).toBe(0);
  });

  it("waits while it is told to be away", async () => {
    await stage.live();
    stage.session.goOffline(4_000);
    expect(stage.session.connection.get().status).toBe("offline");
    expect(await stage.until(() => stage.session.connection.get().status === "live")).toBeGreaterThanOrEqual(4_000);
  });

  it.each([
    ["TOO_SLOW", GoAwayReason.TOO_SLOW, true, 0, "live"],
    ["DRAINING", GoAwayReason.DRAINING, true, 1_500, "live"],
    ["SUPERSEDED", GoAwayReason.SUPERSEDED, false, 0, "closed"],
    ["PROTOCOL_ERROR", GoAwayReason.PROTOCOL_ERROR, true, 0, "closed"],
  ] as const)("does as %s says", async (name, why, reconnect, retryAfterMs, status) => {
    await stage.live();
    await vi.advanceTimersByTimeAsync(1_000);
    stage.server.goAway(why, reconnect, retryAfterMs);
    await stage.until(() => stage.session.connection.get().status !== "live", 100);
    const took = await stage.until(() => stage.session.connection.get().status === status);
    expect(took).toBeGreaterThanOrEqual(retryAfterMs - 10);
    if (status !== "closed") return;
    expect(reason(stage.session.connection.get().error)).toBe(name);
    await expect(stage.say("x")).rejects.toSatisfy((error) => reason(error) === name);
  });

  it("is not held up by calls that fail while the stream goes on", async () => {
    const session = await stage.live({ road: "grpc-web" });
    const { transport } = stage.network.links.at(-1) ?? {};
    const { unary } = transport ?? {};
    if (!transport || !unary) throw new Error("no link");
    vi.spyOn(transport, "unary").mockImplementation((method, ...rest) => {
      if (method.name === "SetTyping") return Promise.reject(new TypeError("Failed to fetch"));
      return unary(method, ...rest);
    });
    // As many as may be under way at once.
    const chat = session.client(ChatService);
    const typing = [1, 2, 3].map(() => chat.setTyping({ roomId: "r", typing: true }).catch(() => "lost"));
    const said = stage.say("a");
    await stage.until(() => stage.server.effects.length === 1, 2_000);
    await said;
    expect(await Promise.all(typing)).toEqual(["lost", "lost", "lost"]);
    expect(session.connection.get()).toMatchObject({ pending: 0, reconnects: 0 });
  });

  it("goes over on request and loses nothing", async () => {
    await stage.live();
    for (const road of ["grpc-web", "webtransport", "grpc-web", "auto"] as const) {
      const said = stage.say(road);
      stage.session.switchRoad(road);
      await said;
      await stage.until(() => stage.road === (road === "auto" ? "webtransport" : road), 1_000);
    }
    await stage.until(() => stage.texts.length === 4);
    expect(stage.texts).toEqual(["grpc-web", "webtransport", "grpc-web", "auto"]);
    expect(stage.session.connection.get().reconnects).toBe(0);
  });
});

describe("commands", () => {
  it("wait for a connection", async () => {
    stage.network.behaviour.webtransport = "fails";
    stage.network.behaviour["grpc-web"] = "fails";
    await stage.begin();
    const said = Promise.all(["a", "b", "c"].map((text) => stage.say(text)));
    await vi.advanceTimersByTimeAsync(3_000);
    expect(stage.session.connection.get()).toMatchObject({ status: "connecting", pending: 3 });
    stage.network.behaviour["grpc-web"] = "works";
    await stage.until(() => stage.session.connection.get().pending === 0);
    await said;
    expect(stage.server.effects).toEqual(["a", "b", "c"]);
  });

  it("are refused beyond the bound", async () => {
    stage.network.behaviour.webtransport = "fails";
    stage.network.behaviour["grpc-web"] = "fails";
    await stage.begin();
    const said = Array.from({ length: 257 }, (_, n) => stage.say(`${n}`).catch((error: unknown) => error));
    expect(await said[256]).toSatisfy((error) => reason(error) === "OUTBOX_FULL");
    await stage.session.close();
    expect(await said[0]).toSatisfy((error) => reason(error) === "CLOSED");
  });

  it.each(["webtransport", "grpc-web"] as const)("are sent again when the server asks for it, on %s", async (road) => {
    await stage.live({ road });
    stage.server.refusals.push({ code: Code.ResourceExhausted, reason: "RATE_LIMITED", retryAfterMs: 700 });
    stage.server.refusals.push({ code: Code.Unavailable, reason: "UNAVAILABLE", retryAfterMs: 300 });
    const said = stage.say("a");
    const took = await stage.until(() => stage.server.effects.length === 1);
    expect(took).toBeGreaterThanOrEqual(990);
    await said;
  });

  it.each(["webtransport", "grpc-web"] as const)("fail with the server's error on %s", async (road) => {
    await stage.live({ road });
    stage.server.refusals.push({ code: Code.FailedPrecondition, reason: "CHAT_CLOSED", retryAfterMs: 0 });
    const error = await stage.say("a").catch((thrown: unknown) => thrown);
    expect(ConnectError.from(error).code).toBe(Code.FailedPrecondition);
    expect(reason(error)).toBe("CHAT_CLOSED");
  });

  it("can be given up, and time out", async () => {
    stage.network.behaviour.webtransport = "hangs";
    stage.network.behaviour["grpc-web"] = "hangs";
    await stage.begin();
    const abort = new AbortController();
    const said = stage.say("a", abort.signal).catch((thrown: unknown) => thrown);
    abort.abort();
    expect(ConnectError.from(await said).code).toBe(Code.Canceled);
    expect(stage.session.connection.get().pending).toBe(0);
  });

  it("outlive the page while they have no answer", async () => {
    await stage.live();
    stage.network.links.at(-1)?.blackout();
    void stage.say("kept").catch(() => {});
    await vi.advanceTimersByTimeAsync(10);
    expect(stage.server.effects).toEqual([]);
    await stage.session.close();
    await stage.live();
    await stage.until(() => stage.server.effects.length === 1);
    expect(stage.server.effects).toEqual(["kept"]);
    expect(stage.tab.values.size).toBe(1);
  });
});

describe.each(["webtransport", "grpc-web"] as const)("cut at every message of %s", (road) => {
  it.each([0, 1, 2, 3])("everything takes effect once and is seen once (%s)", async (from) => {
    for (let at = 1 + from; at < 40; at += 4) {
      const scene = new Stage();
      let steps = 0;
      scene.network.onStep = (link) => {
        steps += 1;
        if (steps === at) link.cut();
      };
      await scene.live({ road });
      const said = ["a", "b", "c"].map((text) => scene.say(text));
      await scene.until(() => scene.session.connection.get().pending === 0);
      await Promise.all(said);
      expect(scene.server.effects, `cut at ${at}`).toEqual(["a", "b", "c"]);
      const last = scene.server.head;
      await scene.until(() => scene.session.room("r").state.get().cursor?.seq === last);
      expect(scene.seen, `cut at ${at}`).toEqual([...new Set(scene.seen)].sort());
      await scene.session.close();
    }
  });
});

describe("what an application sees", () => {
  const signals = (tick: bigint, values: [string, bigint, boolean][]) =>
    ({
      case: "signals",
      value: create(SignalsSchema, {
        roomId: "r",
        tick,
        signals: values.map(([userId, at, typing]) => ({
          tick: at,
          signal: { case: "typing" as const, value: { userId, typing } },
        })),
      }),
    }) as const;

  it("takes signals by their ticks, however they come", async () => {
    const session = await stage.live();
    const typing = () => [...session.room("r").state.get().chat.typing];
    const stream = [...stage.server.streams.values()].at(-1);
    stream?.say(signals(2n, [["ana", 2n, true]]));
    await stage.until(() => typing().length === 1);
    stream?.say(signals(1n, [["ana", 1n, false]]));
    stream?.say(signals(3n, [["bo", 3n, true]]));
    await stage.until(() => typing().length === 2);
    expect(typing()).toEqual(["ana", "bo"]);
  });

  it("shares a room, and leaves it a second after the last has", async () => {
    const session = await stage.live();
    const stream = [...stage.server.streams.values()].at(-1);
    const [a, b] = [session.room("x"), session.room("x")];
    expect(a.state).toBe(b.state);
    await stage.until(() => stream?.rooms.has("x") === true);
    a.release();
    a.release();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(stream?.rooms.has("x")).toBe(true);
    b.release();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(stream?.rooms.has("x")).toBe(false);
  });

  it("shows frames while somebody looks, and everything that comes to who asks", async () => {
    const session = await stage.live();
    const frames: string[] = [];
    const stop = session.onFrame(({ direction, via, name }) => frames.push(`${direction} ${via} ${name}`));
    const heard: (string | undefined)[] = [];
    const reading = (async () => {
      for await (const { response } of session.responses()) heard.push(response.case);
    })();
    await stage.say("a");
    await stage.until(() => heard.includes("event"));
    stop();
    await stage.say("b");
    expect(frames).toEqual(
      expect.arrayContaining([
        "up stream send_message",
        "down stream event.message_sent",
        "down stream reply.send_message",
      ]),
    );
    expect(frames.filter((frame) => frame === "up stream send_message")).toHaveLength(1);
    await session.close();
    await reading;
    expect(heard).toEqual(expect.arrayContaining(["reply", "event"]));
  });

  it("has one object for one state of the connection", async () => {
    const session = await stage.live();
    await vi.advanceTimersByTimeAsync(2_000);
    const before = session.connection.get();
    expect(session.connection.get()).toBe(before);
    let changes = 0;
    session.connection.subscribe(() => {
      changes += 1;
    });
    session.cut();
    expect(session.connection.get()).not.toBe(before);
    expect(changes).toBeGreaterThan(0);
  });
});

describe("the life of the page", () => {
  it("asks at once whether the connection lives when the page is seen again", async () => {
    await stage.live();
    await vi.advanceTimersByTimeAsync(2_500);
    stage.environment.hidden = true;
    stage.environment.happen("hidden");
    stage.network.links.at(-1)?.blackout();
    await vi.advanceTimersByTimeAsync(100);
    stage.environment.hidden = false;
    stage.environment.happen("visible");
    expect(await stage.until(() => stage.session.connection.get().reconnects === 1)).toBeLessThan(2_000);
  });

  it("comes back as soon as the device is online", async () => {
    stage.environment.roll = 1;
    await stage.live();
    Object.assign(stage.network.behaviour, { webtransport: "fails", "grpc-web": "fails" });
    stage.environment.online = false;
    stage.network.cut();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(stage.session.connection.get().status).toBe("offline");
    Object.assign(stage.network.behaviour, { webtransport: "works", "grpc-web": "works" });
    stage.environment.online = true;
    stage.environment.happen("online");
    expect(await stage.until(() => stage.session.connection.get().status === "live")).toBeLessThan(200);
  });

  it("leaves the resume token in the store only while no page is up", async () => {
    stage.environment.page = true;
    await stage.live();
    const kept = () => [...stage.tab.values.keys()].filter((key) => key.includes("resume"));
    expect(kept()).toEqual([]);
    stage.environment.happen("leaving");
    expect(kept()).toHaveLength(1);
    stage.environment.happen("visible");
    expect(kept()).toEqual([]);
  });
});
