// Guests: coming in by a code, the seat that is kept, the token that ends.
// @vitest-environment node

import { Code } from "@connectrpc/connect";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { RoomService } from "../proto.js";
import { reason } from "./errors.js";
import { Stage, useFakeTime } from "./fake/stage.js";
import { forgetSeat, savedSeat } from "./guest.js";

const URL = "http://fake";
let stage: Stage;

beforeEach(() => {
  useFakeTime();
  stage = new Stage();
});
afterEach(async () => {
  await stage.session?.close();
  vi.useRealTimers();
});

function comeIn(code = "ABCD-2345") {
  return stage.begin({ code, nickname: "Ana" });
}

describe("a guest", () => {
  it("gets a seat, and keeps it over a reload under the same code", async () => {
    const before = await comeIn();
    expect(before.seat).toMatchObject({ roomId: "r", member: { nickname: "Ana" } });
    await before.close();
    const after = await comeIn("abcd2345");
    expect(after.seat?.member.userId).toBe(before.seat?.member.userId);
    expect(stage.server.joins).toBe(1);
    expect(savedSeat("ABCD2345", { url: URL, seats: stage.seats })).toMatchObject({ roomId: "r", nickname: "Ana" });
    forgetSeat("ABCD 2345", { url: URL, seats: stage.seats });
    await after.close();
    await comeIn();
    expect(stage.server.joins).toBe(2);
  });

  it("is told why it may not come in", async () => {
    stage.server.closedDoor = { code: Code.NotFound, reason: "ROOM_NOT_FOUND", retryAfterMs: 0 };
    await expect(comeIn()).rejects.toSatisfy((error) => reason(error) === "ROOM_NOT_FOUND");
  });

  it("is told after ten seconds that there is no server", async () => {
    stage.network.behaviour["grpc-web"] = "fails";
    const from = performance.now();
    const outcome = comeIn().then(
      () => "in",
      (error) => error.code,
    );
    await vi.advanceTimersByTimeAsync(15_000);
    expect(await outcome).toBe(Code.Unavailable);
    expect(performance.now() - from).toBeGreaterThan(9_000);
  });

  it("gets another token for the same seat when the server refuses the old one", async () => {
    stage.server.tokens = new Set();
    const session = await comeIn();
    const { userId } = session.seat?.member ?? {};
    await stage.until(() => session.connection.get().status === "live");
    stage.server.tokens.clear();
    session.cut();
    await stage.until(() => session.connection.get().reconnects === 1);
    expect(stage.server.joins).toBe(2);
    expect(session.seat?.member.userId).toBe(userId);
  });

  it("keeps the seat while the server only asks it to wait", async () => {
    stage.server.tokens = new Set();
    const session = await comeIn();
    const { userId } = session.seat?.member ?? {};
    await stage.until(() => session.connection.get().status === "live");
    stage.server.tokens.clear();
    stage.server.closedDoor = { code: Code.ResourceExhausted, reason: "RATE_LIMITED", retryAfterMs: 2_000 };
    session.cut();
    await vi.advanceTimersByTimeAsync(5_000);
    stage.server.closedDoor = undefined;
    await stage.until(() => session.connection.get().reconnects === 1);
    expect(session.seat?.member.userId).toBe(userId);
  });

  it("whose seat is gone for good gets another one", async () => {
    stage.server.tokens = new Set();
    await comeIn();
    await stage.session.close();
    stage.server.tokens.clear();
    stage.server.forgottenSeats = true;
    const session = await comeIn();
    await stage.until(() => session.connection.get().status === "live");
    expect(stage.server.joins).toBe(3);
  });

  it("who leaves has no seat to come back to", async () => {
    const session = await comeIn();
    const left = session.client(RoomService).leaveRoom({ roomId: "r" });
    await stage.until(() => session.connection.get().status === "live" && session.connection.get().pending === 0);
    await left;
    expect(savedSeat("ABCD2345", { url: URL, seats: stage.seats })).toBeUndefined();
  });
});

describe("a token", () => {
  const jwt = (inS: number) => `e30.${btoa(JSON.stringify({ exp: Date.now() / 1_000 + inS }))}.x`;

  it.each(["webtransport", "grpc-web"] as const)("is renewed before it ends, on %s", async (road) => {
    let asked = 0;
    const token = async () => {
      asked += 1;
      return jwt(600);
    };
    const session = await stage.live({ road, token });
    expect(asked).toBe(1);
    for (let passed = 0; passed < 545_000; passed += 5_000) {
      stage.server.ping();
      await vi.advanceTimersByTimeAsync(5_000);
    }
    expect(asked).toBe(2);
    expect(stage.server.authenticated).toBe(road === "webtransport" ? 1 : 0);
    expect(session.connection.get()).toMatchObject({ status: "live", reconnects: 0 });
    expect(stage.server.begun).toBe(1);
  });

  it("that nobody can replace ends the session when it is refused", async () => {
    stage.server.tokens = new Set();
    await stage.begin({ token: "stale" });
    await stage.until(() => stage.session.connection.get().status === "closed");
    expect(reason(stage.session.connection.get().error)).toBe("TOKEN_INVALID");
  });
});
