// The transport in real browsers, against the roads of `trivium-transport` and gRPC's own test service.

import { fileURLToPath } from "node:url";
import type { Browser, Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  BROWSERS,
  launch,
  leaveOut,
  type ServedPage,
  type Server,
  servePage,
  startTestService,
} from "../harness/index.js";
import { cases } from "./page/cases.js";

let server: Server;
let served: ServedPage;

beforeAll(async () => {
  const script = fileURLToPath(new URL("page/main.ts", import.meta.url));
  [server, served] = await Promise.all([startTestService(), servePage(script)]);
});

afterAll(async () => {
  await Promise.all([server?.stop(), served?.close()]);
});

for (const name of BROWSERS) {
  describe.skipIf(leaveOut(name))(name, () => {
    let browser: Browser;
    let page: Page;

    beforeAll(async () => {
      browser = await launch(name);
      page = await browser.newPage();
      await page.goto(served.url);
      await page.waitForFunction(() => typeof window.runCase === "function");
    });

    afterAll(() => browser?.close());

    test.each(Object.keys(cases))("%s", async (name) => {
      const failure = await page.evaluate((name, url) => window.runCase(name, url), name, server.url);
      expect(failure, failure).toBeUndefined();
    });
  });
}
