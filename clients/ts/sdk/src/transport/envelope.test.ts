// Envelopes and header blocks, in whatever pieces and of whatever bytes they come.
//
// @vitest-environment node

import { Code, ConnectError } from "@connectrpc/connect";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AnswerTracker, END, envelope, HEADERS, HeadersReader, join } from "./envelope.js";
import { encodeRequestBlock, MAX_BLOCK_BYTES, parseAnswerBlock } from "./header-block.js";

const text = (value: string) => new TextEncoder().encode(value);
const shown = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Bytes cut at these places. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const edges = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  const starts = [0, ...edges];
  return starts.map((start, index) => bytes.subarray(start, starts[index + 1]));
}

/** Runs a decoder; a failure must be a status. */
function attempt<T>(run: () => T): T | Code {
  try {
    return run();
  } catch (error) {
    expect(error).toBeInstanceOf(ConnectError);
    return (error as ConnectError).code;
  }
}

const places = fc.array(fc.nat(200), { maxLength: 40 });
const payloads = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 5 });

describe("an answer", () => {
  test("is the same in any pieces", () => {
    fc.assert(
      fc.property(payloads, fc.uint8Array({ maxLength: 9 }), places, (messages, garbage, places) => {
        const block = text(":status: 200\r\nx-a: b\r\n");
        const body = join([
          ...messages.map((message) => envelope(0, message)),
          envelope(END, text("grpc-status: 0\r\n")),
        ]);
        const headers = new HeadersReader();
        const tracker = new AnswerTracker();
        const taken: Uint8Array[] = [];
        let behind = false;
        for (const chunk of cut(join([envelope(HEADERS, block), body, garbage]), places)) {
          const rest: Uint8Array | undefined = behind ? chunk : headers.push(chunk);
          behind ||= rest !== undefined;
          if (rest !== undefined && !tracker.ended) taken.push(rest.subarray(0, tracker.track(rest)));
        }
        expect(shown(headers.block)).toBe(shown(block));
        expect(tracker.ended).toBe(true);
        expect([...join([new Uint8Array(), ...taken])]).toEqual([...body]);
      }),
    );
  });

  test("of random bytes is a status, never anything else", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }), (chunks) => {
        attempt(() => {
          const headers = new HeadersReader();
          for (const chunk of chunks) if (headers.push(chunk) !== undefined) return parseAnswerBlock(headers.block);
          return undefined;
        });
        attempt(() => {
          const tracker = new AnswerTracker();
          for (const chunk of chunks) expect(tracker.track(chunk)).toBeLessThanOrEqual(chunk.length);
        });
      }),
      { numRuns: 1_000 },
    );
  });

  test.each([
    ["another envelope than HEADERS", envelope(0, text("x"))],
    ["HEADERS that are too long", Uint8Array.of(HEADERS, 0, 0, 0x40, 1)],
  ])("may not begin with %s", (_, bytes) => {
    expect(attempt(() => new HeadersReader().push(bytes))).toBe(Code.Internal);
  });

  test.each([
    ["HEADERS", Uint8Array.of(HEADERS, 0, 0, 0, 0)],
    ["unknown flags", Uint8Array.of(2, 0, 0, 0, 0)],
    ["compressed trailers", Uint8Array.of(END | 1, 0, 0, 0, 0)],
    ["TRAILERS that are too long", Uint8Array.of(END, 0, 0, 0x40, 1)],
  ])("may not go on with %s", (_, bytes) => {
    expect(attempt(() => new AnswerTracker().track(bytes))).toBe(Code.Internal);
  });

  test("may have a large message, of which nothing is kept", () => {
    const tracker = new AnswerTracker();
    expect(tracker.track(Uint8Array.of(0, 0xff, 0xff, 0xff, 0xff, 1, 2))).toBe(7);
    expect(tracker.ended).toBe(false);
  });
});

describe("a header block", () => {
  test("is read as it is written", () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9_.-]{0,20}$/).map((name) => `x-${name}`);
    const value = fc.stringMatching(/^[!-~]([ -~]{0,30}[!-~])?$/);
    fc.assert(
      fc.property(fc.dictionary(name, value, { maxKeys: 20 }), (entries) => {
        const block = encodeRequestBlock("/a.B/C", new Headers(entries));
        const [path, ...lines] = shown(block).split("\r\n");
        expect(path).toBe(":path: /a.B/C");
        const { header } = parseAnswerBlock(text([":status: 200", ...lines].join("\r\n")));
        expect(Object.fromEntries(header)).toEqual({ ...entries });
      }),
    );
  });

  test.each([
    ["no status", "x: y\r\n"],
    ["two statuses", ":status: 200\r\n:status: 200\r\n"],
    ["another pseudo header", ":status: 200\r\n:path: /\r\n"],
    ["a capital", ":status: 200\r\nX: y\r\n"],
    ["no colon", ":status: 200\r\nx\r\n"],
    ["an empty line", ":status: 200\r\n\r\n"],
    ["no end", ":status: 200"],
    ["a control character", ":status: 200\r\nx: \ty\r\n"],
    ["more than ASCII", ":status: 200\r\nx: ü\r\n"],
    ["too many lines", `:status: 200\r\n${"x: y\r\n".repeat(128)}`],
    ["too many bytes", `:status: 200\r\nx: ${"y".repeat(MAX_BLOCK_BYTES)}\r\n`],
  ])("of an answer is refused with %s", (_, block) => {
    expect(attempt(() => parseAnswerBlock(text(block)))).toBe(Code.Internal);
  });

  test("takes names that stand on several lines, and spaces around values", () => {
    const { header } = parseAnswerBlock(text(":status:200\r\nx:  a  \r\nx: b\r\ny:\r\n"));
    expect([header.get("x"), header.get("y")]).toEqual(["a, b", ""]);
  });

  test.each([
    ["5S", "5S"],
    ["1500m", "1500m"],
    ["200.5m", "201m"],
    ["99999999m", "99999999m"],
    ["100000000m", "100000S"],
    ["1e12m", "16666667M"],
  ])("says a deadline of %s as %s", (said, written) => {
    expect(shown(encodeRequestBlock("/", new Headers({ "grpc-timeout": said })))).toBe(
      `:path: /\r\ngrpc-timeout: ${written}\r\n`,
    );
  });

  test.each([
    ["more than ASCII", { x: "Zoë" }, Code.InvalidArgument],
    ["a control character", { x: "a\tb" }, Code.InvalidArgument],
    ["too many", Object.fromEntries(Array.from({ length: 128 }, (_, n) => [`x-${n}`, ""])), Code.InvalidArgument],
    ["too much", { x: "y".repeat(MAX_BLOCK_BYTES) }, Code.ResourceExhausted],
  ])("of a request is refused with %s", (_, headers, code) => {
    expect(attempt(() => encodeRequestBlock("/", new Headers(headers)))).toBe(code);
  });
});
