// The transport over a session in memory: the bytes it writes, and what it makes of answers no server should give.
// Also notices if Connect's engine, whose interface has no semantic versioning, changes under it.
//
// @vitest-environment node

import { create, toBinary } from "@bufbuild/protobuf";
import { type CallOptions, Code, ConnectError, type Transport } from "@connectrpc/connect";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { GetRoomResponseSchema, RoomService, SessionService } from "../proto.js";
import { END, envelope, HEADERS, join } from "./envelope.js";
import { type Fake, fakeSession } from "./fake.js";
import { gzip } from "./gzip.js";
import { createWebTransportTransport, type WebTransportTransportOptions } from "./transport.js";

const text = (value: string) => new TextEncoder().encode(value);
const head = (lines = "") =>
  envelope(HEADERS, text(`:status: 200\r\ncontent-type: application/grpc-web+proto\r\n${lines}`));
const trailers = (lines = "grpc-status: 0\r\n") => envelope(END, text(lines));
const EMPTY = envelope(0, new Uint8Array());
const WHOLE = join([head(), EMPTY, trailers()]);

function setup(options: Partial<WebTransportTransportOptions> = {}): { fake: Fake; transport: Transport } {
  const fake = fakeSession();
  return { fake, transport: createWebTransportTransport({ session: async () => fake.webTransport, ...options }) };
}

const unary = (transport: Transport, { signal, timeoutMs }: CallOptions = {}) =>
  transport.unary(RoomService.method.getRoom, signal, timeoutMs, undefined, { roomId: "r" });

const stream = (transport: Transport, input: AsyncIterable<object>, signal?: AbortSignal) =>
  transport.stream(SessionService.method.connect, signal, undefined, undefined, input);

/** How a call ends: `ok`, or the name of its status. */
const outcome = (call: Promise<unknown>) =>
  call.then(
    () => "ok",
    (error) => (error instanceof ConnectError ? Code[error.code] : String(error)),
  );

async function readAll(call: Promise<{ message: AsyncIterable<unknown> }>): Promise<number> {
  let count = 0;
  for await (const _ of (await call).message) count += 1;
  return count;
}

async function* none(): AsyncGenerator<object> {}

async function* silence(): AsyncGenerator<object> {
  await new Promise(() => {});
}

describe("a unary call", () => {
  test("is one write, and FIN comes after the answer", async () => {
    const { fake, transport } = setup();
    const call = unary(transport, { timeoutMs: 5_000 });
    const server = await fake.stream(0);
    expect(server.received).toHaveLength(1);
    const sent = new TextDecoder().decode(server.received[0]);
    expect(sent).toContain(":path: /trivium.v1.RoomService/GetRoom\r\n");
    expect(sent).toContain("grpc-timeout: 5000m\r\n");
    expect(server.received[0]?.slice(-5)).toEqual(Uint8Array.of(END, 0, 0, 0, 0));
    const ended = vi.fn();
    server.clientEnded.then(ended);
    await server.send(head());
    expect(ended).not.toHaveBeenCalled();
    server.send(join([EMPTY, trailers()]));
    server.end();
    expect((await call).message).toMatchObject({ $typeName: "trivium.v1.GetRoomResponse" });
    await server.clientEnded;
  });

  test("has the same outcome in whatever pieces the answer comes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), async (sizes) => {
        const { fake, transport } = setup();
        const call = outcome(unary(transport));
        const server = await fake.stream(0);
        for (let at = 0, n = 0; at < WHOLE.length; n += 1) {
          const size = sizes[n % sizes.length] ?? 1;
          await server.send(WHOLE.subarray(at, at + size)).catch(() => {});
          at += size;
        }
        server.end();
        expect(await call).toBe("ok");
      }),
      { numRuns: 30 },
    );
  });

  test("ends with a status whatever bytes the answer is made of", async () => {
    const envelopes = fc.tuple(fc.constantFrom(0, 1, 2, HEADERS, END), fc.uint8Array({ maxLength: 12 }));
    const answer = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc
        .array(envelopes, { maxLength: 4 })
        .map((all) => join([head(), ...all.map(([flags, bytes]) => envelope(flags, bytes))])),
    );
    await fc.assert(
      fc.asyncProperty(answer, async (bytes) => {
        const { fake, transport } = setup();
        const call = outcome(unary(transport));
        const server = await fake.stream(0);
        server.send(bytes).catch(() => {});
        server.end();
        expect(await call).toMatch(/^(ok|[A-Z][A-Za-z]+)$/);
        await server.clientEnded.catch(() => {});
      }),
      { numRuns: 200 },
    );
  });

  test.each([
    ["no headers", [], "Internal"],
    ["no status", [head(), EMPTY], "Internal"],
    ["half a message", [head(), EMPTY.subarray(0, 3)], "Internal"],
    ["a status among the headers", [head("grpc-status: 7\r\n")], "PermissionDenied"],
    ["a status in trailers only", [head(), trailers("grpc-status: 5\r\ngrpc-message: a%20b\r\n")], "NotFound"],
    ["a status after a message", [head(), EMPTY, trailers("grpc-status: 9\r\n")], "FailedPrecondition"],
    ["bytes behind the trailers", [WHOLE, Uint8Array.of(1, 2, 3)], "ok"],
    ["HTTP 403", [envelope(HEADERS, text(":status: 403\r\n"))], "PermissionDenied"],
    ["HTTP 503", [envelope(HEADERS, text(":status: 503\r\n"))], "Unavailable"],
    ["HTTP 400", [envelope(HEADERS, text(":status: 400\r\n"))], "Unknown"],
    ["an encoding nobody accepted", [head("grpc-encoding: br\r\n"), EMPTY, trailers()], "Internal"],
  ])("with %s", async (_, chunks, wanted) => {
    const { fake, transport } = setup();
    const call = outcome(unary(transport));
    const server = await fake.stream(0);
    for (const chunk of chunks) server.send(chunk).catch(() => {});
    server.end();
    expect(await call).toBe(wanted);
    // Whatever it was, the stream is given back.
    await server.clientEnded.catch(() => {});
  });

  test.each([
    [{ streamErrorCode: 13, source: "stream" }, "Internal"],
    [{ streamErrorCode: 8, source: "stream" }, "ResourceExhausted"],
    [{ streamErrorCode: 0, source: "stream" }, "Canceled"],
    [{ streamErrorCode: 200, source: "stream" }, "Canceled"],
    [{ streamErrorCode: null, source: "session" }, "Unavailable"],
    [{}, "Unavailable"],
  ])("reset with %o", async (told, wanted) => {
    const { fake, transport } = setup();
    const call = outcome(unary(transport));
    const server = await fake.stream(0);
    server.reset(Object.assign(new TypeError("reset"), told));
    expect(await call).toBe(wanted);
  });

  test.each([
    ["today", (message: unknown, init?: object) => ({ message, ...init })],
    [
      "in an earlier draft",
      (init: unknown) => {
        if (typeof init !== "object") throw new TypeError("not of type 'WebTransportErrorInit'");
        return { ...init };
      },
    ],
  ])("that is cancelled resets its half and stops the other, with the errors of %s", async (_, make) => {
    const constructed = vi.fn(function (this: object, ...args: [unknown, object?]) {
      Object.assign(this, make(...args));
    });
    vi.stubGlobal("WebTransportError", constructed);
    const { fake, transport } = setup();
    const controller = new AbortController();
    const call = outcome(unary(transport, { signal: controller.signal }));
    const server = await fake.stream(0);
    controller.abort();
    expect(await call).toBe("Canceled");
    const reason = { message: "cancelled", source: "stream", streamErrorCode: 1 };
    expect(await server.clientEnded.catch((error) => error)).toMatchObject(reason);
    expect(await server.stopped).toMatchObject(reason);
    vi.unstubAllGlobals();
  });

  test("is reset at its deadline", async () => {
    const { fake, transport } = setup({ defaultTimeoutMs: 10 });
    expect(await outcome(unary(transport))).toBe("DeadlineExceeded");
    const server = await fake.stream(0);
    expect(
      await server.clientEnded.then(
        () => "FIN",
        () => "RESET",
      ),
    ).toBe("RESET");
  });

  test("can be larger than what is written at once", async () => {
    const { fake, transport } = setup();
    const call = transport.unary(RoomService.method.getRoom, undefined, undefined, undefined, {
      roomId: "r".repeat(50_000),
    });
    const server = await fake.stream(0);
    server.send(WHOLE);
    server.end();
    expect(await outcome(call)).toBe("ok");
    expect(server.received).toHaveLength(3);
  });
});

describe("a stream", () => {
  test("sends its headers before its first message, and ends with END_STREAM", async () => {
    const { fake, transport } = setup();
    const call = readAll(stream(transport, none()));
    const server = await fake.stream(0);
    expect(server.received[0]?.[0]).toBe(HEADERS);
    await vi.waitFor(() => expect(server.received.at(-1)).toEqual(Uint8Array.of(END, 0, 0, 0, 0)));
    server.send(join([head(), EMPTY, EMPTY, trailers()]));
    server.end();
    expect(await call).toBe(2);
    await server.clientEnded;
  });

  test("of which the client has not said the last word can be answered early", async () => {
    const { fake, transport } = setup();
    const call = readAll(stream(transport, silence()));
    const server = await fake.stream(0);
    server.send(WHOLE);
    server.end();
    expect(await call).toBe(1);
    await server.clientEnded;
  });

  test("is read only as far as it is asked for", async () => {
    const { fake, transport } = setup();
    const { message } = await (async () => {
      const call = stream(transport, none());
      await (await fake.stream(0)).send(head());
      return call;
    })();
    const server = await fake.stream(0);
    const third = vi.fn();
    const writes = [EMPTY, EMPTY, EMPTY].map((chunk) => server.send(chunk));
    writes[2]?.then(third);
    const answers = message[Symbol.asyncIterator]();
    await answers.next();
    expect(third).not.toHaveBeenCalled();
    await answers.next();
    await answers.next();
    await writes[2];
  });
});

describe("a session", () => {
  test("that is lost ends all calls with UNAVAILABLE, those that wait too", async () => {
    const { fake, transport } = setup({ maxConcurrentStreams: 1 });
    const running = outcome(unary(transport));
    await fake.stream(0);
    const waiting = outcome(unary(transport));
    await Promise.resolve();
    fake.lose();
    expect(await Promise.all([running, waiting, outcome(unary(transport))])).toEqual(Array(3).fill("Unavailable"));
  });

  test("that cannot be had is UNAVAILABLE, and a status of its own is kept", async () => {
    for (const [error, wanted] of [
      [new Error("no"), "Unavailable"],
      [new ConnectError("no", Code.Unauthenticated), "Unauthenticated"],
    ] as const) {
      const { transport } = setup({ session: () => Promise.reject(error) });
      expect(await outcome(unary(transport))).toBe(wanted);
    }
  });

  test("that does not come is not waited for longer than the call", async () => {
    const { transport } = setup({ session: () => new Promise(() => {}), defaultTimeoutMs: 10 });
    expect(await outcome(unary(transport))).toBe("DeadlineExceeded");
  });

  test("without credit for a stream is asked again", async () => {
    const { fake, transport } = setup();
    fake.refuse(3);
    const call = outcome(unary(transport));
    const server = await fake.stream(0);
    server.send(WHOLE);
    server.end();
    expect(await call).toBe("ok");
  });

  test("has no more streams than allowed, and takes up those that wait in order", async () => {
    const { fake, transport } = setup({ maxConcurrentStreams: 2, maxQueuedCalls: 3 });
    const controller = new AbortController();
    const calls = [0, 1, 2].map(() => outcome(unary(transport)));
    const left = outcome(unary(transport, { signal: controller.signal }));
    await fake.stream(1);
    await vi.waitFor(async () => expect(fake.streams).toHaveLength(2));
    controller.abort();
    expect(await left).toBe("Canceled");
    for (const number of [0, 1, 2]) {
      const server = await fake.stream(number);
      server.send(WHOLE);
      server.end();
    }
    expect(await Promise.all(calls)).toEqual(["ok", "ok", "ok"]);
    expect(fake.streams).toHaveLength(3);
  });
});

describe("gzip", () => {
  test("is used for messages that are worth it", async () => {
    const { fake, transport } = setup({ acceptCompression: [gzip], sendCompression: gzip, compressMinBytes: 100 });
    const roomId = "r".repeat(1_000);
    const call = transport.unary(RoomService.method.getRoom, undefined, undefined, undefined, { roomId });
    const server = await fake.stream(0);
    const sent = join(server.received);
    expect(new TextDecoder("latin1").decode(sent)).toContain("grpc-encoding: gzip\r\n");
    expect(sent.length).toBeLessThan(500);
    const answer = create(GetRoomResponseSchema, { snapshot: { room: { id: roomId } } });
    const packed = await gzip.compress(toBinary(GetRoomResponseSchema, answer));
    server.send(join([head("grpc-encoding: gzip\r\n"), envelope(1, packed), trailers()]));
    server.end();
    expect((await call).message).toMatchObject({ snapshot: { room: { id: roomId } } });
  });

  test("brings back what it took, within bounds", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 5_000 }), async (bytes) => {
        const packed = await gzip.compress(bytes);
        expect([...(await gzip.decompress(packed, bytes.length))]).toEqual([...bytes]);
        expect(await outcome(gzip.decompress(packed, bytes.length - 1))).toBe("ResourceExhausted");
      }),
      { numRuns: 20 },
    );
    expect(await outcome(gzip.decompress(text("no gzip"), 100))).toBe("Internal");
    expect(await gzip.decompress(new Uint8Array(), 0)).toHaveLength(0);
  });
});
