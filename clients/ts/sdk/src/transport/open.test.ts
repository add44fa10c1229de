// Opening a session: what the server says of itself, and every way in which it can fail.
//
// @vitest-environment node

import { Code, ConnectError } from "@connectrpc/connect";
import { afterEach, describe, expect, test, vi } from "vitest";
import { openWebTransport } from "./open.js";
import { parseWellKnown } from "./well-known.js";

const HASH = btoa(String.fromCharCode(...new Uint8Array(32).fill(7)));
const URL = "https://a.example:1/wt/v1";
const document = (webtransport?: object) => JSON.stringify({ version: "1.2.3", webtransport, limits: { a: 1 } });

/** A server that answers this. */
const answers = (body: string, status = 200) => vi.fn(async () => new Response(body, { status }));

interface Made {
  url: string;
  options: WebTransportOptions;
  closed: boolean;
}

/** A browser whose sessions become ready as `ready` says. */
function browser(ready: Promise<void>): Made[] {
  const made: Made[] = [];
  vi.stubGlobal(
    "WebTransport",
    class {
      ready = ready;
      closed = ready.then(() => new Promise(() => {}));
      datagrams = { maxDatagramSize: 1_211 };
      #made: Made;
      constructor(url: string, options: WebTransportOptions) {
        this.#made = { url, options, closed: false };
        made.push(this.#made);
      }
      close() {
        this.#made.closed = true;
      }
    },
  );
  return made;
}

const never = () => new Promise<void>(() => {});

const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => "ok",
    (error) => (error instanceof ConnectError ? Code[error.code] : String(error)),
  );

afterEach(() => vi.unstubAllGlobals());

describe("a session", () => {
  test("is opened where the server says, with its hashes and never pooled", async () => {
    const made = browser(Promise.resolve());
    const fetch = answers(document({ url: URL, certificate_hashes: [HASH, HASH] }));
    const opened = await openWebTransport({ url: "http://a.example:2", fetch });
    expect(String(fetch.mock.calls[0]?.at(0))).toBe("http://a.example:2/.well-known/trivium");
    expect(opened).toMatchObject({ url: URL, maxDatagramSize: 1_211, wellKnown: { version: "1.2.3" } });
    const hash = { algorithm: "sha-256", value: new Uint8Array(32).fill(7) };
    expect(made).toEqual([{ url: URL, options: { serverCertificateHashes: [hash, hash] }, closed: false }]);
  });

  test("with a certificate of a public authority needs no hashes", async () => {
    const made = browser(Promise.resolve());
    await openWebTransport({ url: "http://a", fetch: answers(document({ url: URL })) });
    expect(made[0]?.options).toEqual({});
  });

  test.each([
    ["that is refused", () => Promise.reject(new Error("Opening handshake failed.")), () => ({}), "Unavailable"],
    ["that takes too long", never, () => ({ timeoutMs: 5 }), "DeadlineExceeded"],
    ["that is given up", never, () => ({ signal: AbortSignal.timeout(5) }), "Canceled"],
  ])("%s is closed", async (_, ready, options, wanted) => {
    const made = browser(ready());
    const fetch = answers(document({ url: URL, certificate_hashes: [HASH] }));
    expect(await codeOf(openWebTransport({ url: "http://a", fetch, ...options() }))).toBe(wanted);
    expect(made[0]?.closed).toBe(true);
  });

  test.each([
    ["does not answer", vi.fn(() => Promise.reject(new TypeError("Failed to fetch"))), "Unavailable"],
    ["answers 500", answers("", 500), "Unavailable"],
    ["has no such road", answers(document()), "Unimplemented"],
    ["says nonsense", answers("<html>"), "Internal"],
    ["says far too much", answers(" ".repeat(70_000)), "Internal"],
  ])("with a server that %s is not tried", async (_, fetch, wanted) => {
    const made = browser(Promise.resolve());
    expect(await codeOf(openWebTransport({ url: "http://a", fetch }))).toBe(wanted);
    expect(made).toEqual([]);
  });

  test("is not tried in a browser without WebTransport", async () => {
    const fetch = answers(document({ url: URL }));
    expect(await codeOf(openWebTransport({ url: "http://a", fetch }))).toBe("Unimplemented");
    expect(fetch).not.toHaveBeenCalled();
  });

  test("gives up on a server that is silent", async () => {
    browser(Promise.resolve());
    const fetch: typeof globalThis.fetch = (_, init) =>
      new Promise((_, reject) => init?.signal?.addEventListener("abort", () => reject(init.signal?.reason)));
    expect(await codeOf(openWebTransport({ url: "http://a", fetch, timeoutMs: 5 }))).toBe("DeadlineExceeded");
  });
});

describe("what a server says of itself", () => {
  test.each([
    "null",
    "[]",
    '{"webtransport":1}',
    '{"webtransport":{}}',
    `{"webtransport":{"url":"${URL}","certificate_hashes":"${HASH}"}}`,
    `{"webtransport":{"url":"${URL}","certificate_hashes":["aaaa"]}}`,
    `{"webtransport":{"url":"${URL}","certificate_hashes":["?"]}}`,
  ])("is refused if it is %s", (text) => {
    expect(() => parseWellKnown(text)).toThrow(ConnectError);
  });

  test("is kept whole", () => {
    expect(parseWellKnown(document()).document).toMatchObject({ limits: { a: 1 } });
  });
});
