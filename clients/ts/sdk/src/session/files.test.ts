// Files over plain HTTP: with the token, to the server only, and refused in its words.

import { Code } from "@connectrpc/connect";
import { afterEach, expect, test, vi } from "vitest";
import { reason, retryAfterMs } from "./errors.js";
import { Files } from "./files.js";
import { Credentials } from "./token.js";

const ORIGIN = "https://quiz.example";

afterEach(() => {
  vi.unstubAllGlobals();
});

/** Answers requests one after another, and remembers them. */
function server(...answers: Response[]) {
  const asked: { url: string; init: RequestInit }[] = [];
  vi.stubGlobal("fetch", async (url: URL, init: RequestInit) => {
    asked.push({ url: String(url), init });
    return answers.shift() ?? new Response("gone", { status: 503 });
  });
  return asked;
}

const STORED = {
  id: "f1",
  url: "/rooms/r1/files/f1",
  name: "map.png",
  content_type: "image/png",
  size_bytes: 1234,
  width: 640,
  height: 480,
};

test("a file is brought under its name, and comes back as an attachment", async () => {
  const asked = server(Response.json(STORED, { status: 201 }));
  const files = new Files(ORIGIN, new Credentials("token-1"));
  const file = new File(["bytes"], "ä map.png", { type: "image/png" });
  const attachment = await files.upload("r1", file);
  expect(attachment).toMatchObject({
    id: "f1",
    contentType: "image/png",
    sizeBytes: 1234n,
    width: 640,
    url: STORED.url,
  });
  expect(asked[0]?.url).toBe(`${ORIGIN}/rooms/r1/files?name=%C3%A4+map.png`);
  expect(asked[0]?.init).toMatchObject({ method: "POST", headers: { authorization: "Bearer token-1" } });
});

test("a token that has ended is renewed once", async () => {
  const refused = () => Response.json({ reason: "TOKEN_EXPIRED", message: "it is over" }, { status: 401 });
  let tokens = 1;
  const credentials = new Credentials("token-1", async () => `token-${++tokens}`);
  const asked = server(refused(), Response.json(STORED, { status: 201 }), refused(), refused());
  const files = new Files(ORIGIN, credentials);
  await files.upload("r1", new Blob(["x"]));
  expect(asked.map(({ init }) => (init.headers as Record<string, string>).authorization)).toEqual([
    "Bearer token-1",
    "Bearer token-2",
  ]);
  const error = await files.upload("r1", new Blob(["x"])).catch((thrown: unknown) => thrown);
  expect([reason(error), tokens]).toEqual(["TOKEN_EXPIRED", 3]);
});

test.each([
  [413, { reason: "FILE_TOO_LARGE", message: "at most 20 MB" }, {}, Code.InvalidArgument, "FILE_TOO_LARGE", undefined],
  [
    429,
    { reason: "RATE_LIMITED", message: "wait" },
    { "retry-after": "3" },
    Code.ResourceExhausted,
    "RATE_LIMITED",
    3_000,
  ],
  [403, { reason: "NOT_PERMITTED", message: "no" }, {}, Code.PermissionDenied, "NOT_PERMITTED", undefined],
  [502, "<html>bad gateway</html>", {}, Code.Unavailable, undefined, undefined],
])("a refusal with %i says what any call would", async (status, body, headers, code, why, after) => {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  server(new Response(text, { status, headers }), new Response(text, { status, headers }));
  const files = new Files(ORIGIN, new Credentials("token-1"));
  for (const act of [files.upload("r1", new Blob(["x"])), files.fetch("/rooms/r1/files/f1")]) {
    const error = await act.catch((thrown: unknown) => thrown);
    expect([(error as { code: Code }).code, reason(error), retryAfterMs(error)]).toEqual([code, why, after]);
  }
});

test("the token goes to no other origin", async () => {
  const asked = server(new Response("mine"));
  const files = new Files(ORIGIN, new Credentials("token-1"));
  for (const url of ["https://evil.example/f", "//evil.example/f", "http://quiz.example/f"]) {
    expect(reason(await files.fetch(url).catch((thrown: unknown) => thrown))).toBe("OTHER_ORIGIN");
  }
  expect(asked).toEqual([]);
  expect(await (await files.fetch("/rooms/r1/files/f1")).text()).toBe("mine");
});

test("an upload that is not wanted any more ends", async () => {
  vi.stubGlobal("fetch", (_: URL, { signal }: RequestInit) => {
    return new Promise((_resolve, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
  });
  const abort = new AbortController();
  const files = new Files(ORIGIN, new Credentials(""));
  const upload = files.upload("r1", new Blob(["x"]), { signal: abort.signal }).catch((thrown: unknown) => thrown);
  await Promise.resolve();
  abort.abort();
  expect((await upload) as { code: Code }).toMatchObject({ code: Code.Canceled });
});
