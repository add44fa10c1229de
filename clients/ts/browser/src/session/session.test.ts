// Sessions in real browsers, against the real server, over a network that can drop UDP.

import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Browser, Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  BROWSERS,
  launch,
  leaveOut,
  REPOSITORY,
  type ServedPage,
  type Server,
  servePage,
  startServer,
  UdpRelay,
} from "../harness/index.js";
import { cases } from "./page/cases.js";

const run = promisify(execFile);
const BINARY = process.env.TRIVIUM_BIN ?? join(REPOSITORY, "target/debug/trivium");

let data: string;
let server: Server;
let served: ServedPage;
let relay: UdpRelay;
let token: string;
let config: Record<string, string>;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "trivium-session-"));
  served = await servePage(fileURLToPath(new URL("page/main.ts", import.meta.url)));
  config = { "http.allowed_origins": served.url };
  server = await startServer({ data, config });
  relay = await UdpRelay.to(Number(new URL(server.url).port));
  token = (await run(BINARY, ["token", "--sub", "host", "--name", "Host", "--data", data], { env: {} })).stdout.trim();
});

afterAll(async () => {
  relay?.close();
  await Promise.all([server?.stop(), served?.close()]);
  await rm(data, { recursive: true, force: true });
});

for (const name of BROWSERS) {
  describe.skipIf(leaveOut(name))(name, () => {
    let browser: Browser;
    let page: Page;

    beforeAll(async () => {
      browser = await launch(name);
      page = await browser.newPage();
      await page.exposeFunction("setUdpSilent", (silent: boolean) => {
        relay.silent = silent;
      });
      await load();
    });

    afterAll(() => browser?.close());

    async function load(): Promise<void> {
      await page.goto(served.url);
      await page.waitForFunction(() => typeof window.comeIn === "function");
      await page.evaluate((port) => {
        window.relayPort = port;
      }, relay.port);
    }

    test.each(Object.keys(cases))("%s", async (title) => {
      const scene = { url: server.url, token };
      const failure = await page.evaluate((title, scene) => window.runSessionCase(title, scene), title, scene);
      expect(failure, failure).toBeUndefined();
    });

    test("a reload keeps the seat, the session, and what was not said yet", async () => {
      const code = await openRoom();
      const before = await page.evaluate((url, code) => window.comeIn(url, code), server.url, code);
      await page.evaluate(() => window.sayOffline("kept"));
      await load();
      const after = await page.evaluate((url, code) => window.comeIn(url, code), server.url, code.toLowerCase());
      expect(after).toMatchObject({ userId: before.userId, sessionId: before.sessionId });
      const again = await page.evaluate((url, code) => window.comeIn(url, code), server.url, code);
      expect(again.texts).toEqual(["kept"]);
    });

    test("a session outlives the server", async () => {
      const code = await openRoom();
      await page.evaluate((url, code) => window.comeIn(url, code), server.url, code);
      await page.evaluate(() => window.sayNow("before"));
      await server.kill();
      const said = page.evaluate(() => window.sayNow("after"));
      server = await startServer({ data, http: new URL(server.url).host, config });
      expect(await said).toMatchObject({ texts: ["before", "after"], reconnects: 1 });
    });
  });
}

/** Makes a room that the suite does not host, and returns its code. */
async function openRoom(): Promise<string> {
  const { connectTrivium } = await import("@trivium/client");
  const { RoomKind, RoomService } = await import("@trivium/client/proto");
  const host = await connectTrivium({ url: server.url, token, seats: null, tab: null });
  const { room } = await host.client(RoomService).createRoom({ kind: RoomKind.QUIZ, title: "Suite" });
  await host.close();
  return room?.joinCode ?? "";
}
