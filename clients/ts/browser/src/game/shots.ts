// Pictures of every state, for a person to look at: `target/screenshots/game/*.png`, and a page with all of them.
//
// Nothing compares them: what is wrong with a screen is for eyes, what is wrong with its contents for the suites.

import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { MediaFeature, Page, Viewport } from "puppeteer-core";
import { REPOSITORY, screenshot } from "../harness/index.js";
import { PHONE, PROJECTOR } from "./pages.js";

const FOLDER = join(REPOSITORY, "target/screenshots/game");
const SIZES: readonly Viewport[] = [PHONE, PROJECTOR];
/** Longest that a picture waits for a screen to come to rest, in milliseconds. */
const REST_MS = 2_500;

/** What a picture is of. */
export interface Shot {
  /** Whose page: `host`, `player`. */
  readonly who: string;
  readonly state: string;
  /** In dark colours too. */
  readonly dark?: boolean;
}

/** Photographs a page in both sizes and leaves it as it was. */
export async function shoot(page: Page, { who, state, dark = false }: Shot): Promise<void> {
  const before = page.viewport();
  for (const size of SIZES) {
    await page.setViewport(size);
    await shootAs(page, `${who}-${state}-${size.width}`);
    if (!dark) continue;
    await colour(page, "dark");
    await shootAs(page, `${who}-${state}-${size.width}-dark`);
    await colour(page, "light");
  }
  await page.setViewport(before);
}

/** Changes the system's colours, and waits until the page has followed. `others` are media features to keep. */
export async function colour(
  page: Page,
  scheme: "light" | "dark",
  others: readonly MediaFeature[] = [],
): Promise<void> {
  await page.emulateMediaFeatures([...others, { name: "prefers-color-scheme", value: scheme }]);
  await page.waitForSelector(`:root[data-mantine-color-scheme=${scheme}]`);
}

async function shootAs(page: Page, name: string): Promise<void> {
  await rest(page);
  await screenshot(page, `game/${name}`);
}

/** Waits until nothing moves any more but what always does. */
export async function rest(page: Page): Promise<void> {
  await page.evaluate(async (most) => {
    // Clocks never rest.
    const isClock = ({ effect }: Animation) =>
      effect instanceof KeyframeEffect && effect.target?.closest("[role=timer]") != null;
    const moving = () =>
      document.getAnimations().filter((animation) => {
        const { iterations, endTime } = animation.effect?.getComputedTiming() ?? {};
        const ends = iterations === 1 && Number(endTime) < most;
        return animation.playState === "running" && ends && !isClock(animation);
      });
    const end = performance.now() + most;
    const late = new Promise((done) => setTimeout(done, most));
    // One movement may begin another: an inherited colour passes from element to element, a frame for each.
    for (let still = 0; still < 3 && performance.now() < end; still += 1) {
      await new Promise(requestAnimationFrame);
      const now = moving();
      if (now.length > 0) still = -1;
      await Promise.race([late, Promise.allSettled(now.map(({ finished }) => finished))]);
    }
    await new Promise(requestAnimationFrame);
  }, REST_MS);
}

/** Writes the page with all pictures, in the order in which they were made. */
export async function contactSheet(): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith(".png")).sort();
  const figures = names.map(
    (name) => `<figure><img src="${name}" alt="" loading="lazy"><figcaption>${name}</figcaption></figure>`,
  );
  const style =
    "body{display:flex;flex-wrap:wrap;gap:12px;font:14px sans-serif}img{height:360px;border:1px solid #888}";
  await writeFile(join(FOLDER, "index.html"), `<!doctype html><style>${style}</style>${figures.join("\n")}`);
}
