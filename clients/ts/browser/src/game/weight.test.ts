// What a player's phone has to load before somebody can type a name, and how soon that is.

import { describe, expect, onTestFinished, test } from "vitest";
import { leaveOut } from "../harness/index.js";
import { PATIENCE } from "./pages.js";
import { items, quizOf } from "./quiz.js";
import { Scene } from "./scene.js";
import { weights } from "./weight.js";

/** Most JavaScript, gzipped, in bytes: of the player's page when it opens, and of all that a game needs. */
const BUDGETS = { player: 200_000, "player in a game": 270_000 } as const;

declare global {
  interface Window {
    /** When the form could be typed into, by `performance.now()`. */
    formReady?: number;
  }
}

test("the player's page keeps to its budget", () => {
  const found = weights();
  const row = (name: string, scripts: string, styles: string) =>
    `${name.padEnd(18)}${scripts.padStart(10)}${styles.padStart(10)}`;
  const kilo = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;
  const rows = [...found].map(([name, { scripts, styles }]) => row(name, kilo(scripts), kilo(styles)));
  console.log([row("gzipped", "scripts", "styles"), ...rows].join("\n"));
  for (const [name, budget] of Object.entries(BUDGETS)) {
    expect(found.get(name)?.scripts, name).toBeLessThanOrEqual(budget);
  }
});

describe.skipIf(leaveOut("chromium"))("in Chromium", () => {
  test("how soon somebody can type a name", async () => {
    const scene = await Scene.open();
    onTestFinished(() => scene.close());
    const room = await scene.room(quizOf(items("single")));
    const { page } = await scene.somebody();
    await page.evaluateOnNewDocument(() => {
      new MutationObserver((_, observer) => {
        if (!document.querySelector("form input")) return;
        window.formReady = performance.now();
        observer.disconnect();
      }).observe(document, { childList: true, subtree: true });
    });
    await page.goto(`${scene.server.url}/play/${room.code}`);
    await page.waitForSelector("form input", { timeout: PATIENCE.timeout });
    const paint = () => page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0);
    await expect.poll(paint, PATIENCE).toBeGreaterThan(0);
    const ready = await page.evaluate(() => window.formReady ?? 0);
    expect(ready).toBeGreaterThan(0);
    console.log(`/play/CODE: first paint after ${Math.round(await paint())} ms, form after ${Math.round(ready)} ms`);
  });
});
