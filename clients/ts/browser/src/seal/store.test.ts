// Keys of a device in real browsers: kept over reloads, good for sealing and opening, and never shown.

import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { BROWSERS, launch, leaveOut, servePage } from "../harness/index.js";

const SCRIPT = fileURLToPath(new URL("page.ts", import.meta.url));

describe.each(BROWSERS)("%s", (name) => {
  test.skipIf(leaveOut(name))("keeps a device's keys without showing them", { timeout: 60_000 }, async () => {
    const served = await servePage(SCRIPT);
    const browser = await launch(name);
    try {
      const page = await browser.newPage();
      const life = async () => {
        await page.goto(served.url);
        await page.waitForFunction(() => window.life !== undefined);
        return page.evaluate(() => window.life?.());
      };
      const first = await life();
      expect(first?.slice(2)).toEqual(["text sealed in a browser", "kept", "kept"]);
      expect(first?.[0]).toBe("supported true");
      expect(await life()).toEqual(first);
    } finally {
      await browser.close();
      await served.close();
    }
  });
});
