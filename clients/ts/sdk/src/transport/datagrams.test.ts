// Datagrams: the bytes of the document's example, and everything that is to be ignored.
//
// @vitest-environment node

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { datagrams, decodeDatagram, encodePing, MAX_DATAGRAM_BYTES } from "./datagrams.js";

const bytes = (hex: string) => Uint8Array.from(hex.split(" "), (byte) => Number.parseInt(byte, 16));

/** The datagram streams of a session, of an older browser or a newer one. */
function session(newer: boolean, maxDatagramSize = 1_211) {
  const sent: Uint8Array[] = [];
  const incoming = new TransformStream<Uint8Array, Uint8Array>();
  const create = () =>
    new WritableStream<Uint8Array>({ write: (datagram) => void sent.push(datagram) }, { highWaterMark: 2 });
  const streams = {
    readable: incoming.readable,
    ...(newer ? { createWritable: create } : { writable: create() }),
    maxDatagramSize,
    incomingHighWaterMark: 1,
  };
  const webTransport = { datagrams: streams } as unknown as WebTransport;
  return { road: datagrams(webTransport), sent, incoming: incoming.writable.getWriter(), streams };
}

describe("datagrams", () => {
  test("are written as the document has them", () => {
    expect(encodePing(7, 1_000_000)).toEqual(bytes("01 00 00 00 00 00 00 00 07 00 00 00 00 00 0f 42 40"));
  });

  test("are read as the document has them", () => {
    const pong = bytes("02 00 00 00 00 00 00 00 07 00 00 00 00 00 0f 42 40 00 06 4f 3a 9b 1c 20 00");
    expect(decodeDatagram(pong)).toEqual({
      kind: "pong",
      seq: 7,
      clientTimeUs: 1_000_000,
      serverTimeUs: 0x064f3a9b1c2000,
    });
    expect(decodeDatagram(Uint8Array.of(16, 1, 2))).toEqual({ kind: "signals", body: Uint8Array.of(1, 2) });
    expect(decodeDatagram(Uint8Array.of(255))).toEqual({ kind: "application", number: 255, body: new Uint8Array() });
  });

  test.each([
    ["nothing", new Uint8Array()],
    ["a kind below 16", Uint8Array.of(3, 1)],
    ["a ping", encodePing(1, 1)],
    ["a pong that is too short", new Uint8Array(24).fill(2, 0, 1)],
    ["a pong that is too long", new Uint8Array(26).fill(2, 0, 1)],
  ])("of %s are ignored", (_, datagram) => {
    expect(decodeDatagram(datagram)).toBeUndefined();
  });

  test("of random bytes do no harm", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (datagram) => void decodeDatagram(datagram)));
  });

  test.each([true, false])("go out, whoever makes the writable stream (newer browser: %s)", async (newer) => {
    const { road, sent, streams } = session(newer);
    expect(road.ping(1, 2)).toBe(true);
    await expect.poll(() => sent).toEqual([encodePing(1, 2)]);
    expect(streams.incomingHighWaterMark).toBe(64);
  });

  test("that cannot go out are told", () => {
    const { road } = session(true, 1_000);
    expect(road.maxBytes).toBe(1_000);
    expect(road.send(new Uint8Array(1_001))).toBe(false);
    expect(() => road.send(new Uint8Array(MAX_DATAGRAM_BYTES + 1))).toThrow(RangeError);
    const outcomes = [1, 2, 3].map((seq) => road.ping(seq, 0));
    expect(outcomes, "the third is one too many").toEqual([true, true, false]);
  });

  test("come in until the session ends, however it ends", async () => {
    const { road, incoming } = session(true);
    for (const datagram of [Uint8Array.of(1), Uint8Array.of(20, 9)]) incoming.write(datagram).catch(() => {});
    const received = road[Symbol.asyncIterator]();
    expect((await received.next()).value).toMatchObject({ number: 20 });
    incoming.abort(new Error("lost")).catch(() => {});
    expect((await received.next()).done).toBe(true);
  });
});
