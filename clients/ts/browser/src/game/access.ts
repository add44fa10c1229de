// What holds for every screen, whoever looks at it: axe finds nothing serious, and a narrow window needs no scrolling sideways.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { AxeResults, RunOptions } from "axe-core";
import type { Page } from "puppeteer-core";
import { colour, rest } from "./shots.js";

declare global {
  interface Window {
    readonly axe?: { run(context: Document, options: RunOptions): Promise<AxeResults> };
  }
}

/** The narrowest window that everything has to fit into: 1,280 pixels at 400 %. */
const NARROW = { width: 320, height: 640 };

const source = readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What is wrong with a page as it is, in both colour schemes and when it is narrow: a line each. */
export async function flaws(page: Page, name: string): Promise<string[]> {
  await rest(page);
  const found = (await serious(page, {})).map((flaw) => `${name}: ${flaw}`);
  await colour(page, "dark", CALM);
  await rest(page);
  // In other colours only the colours are different.
  const dark = await serious(page, { runOnly: ["color-contrast"] });
  found.push(...dark.map((flaw) => `${name}, dark: ${flaw}`));
  await colour(page, "light", CALM);
  const before = page.viewport();
  await page.setViewport(NARROW);
  await rest(page);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (wide > 0) found.push(`${name}: ${wide} pixels too wide for a window of ${NARROW.width}`);
  await page.setViewport(before);
  return found;
}

/** People who asked for less movement get less, and pages come to rest sooner. */
const CALM = [{ name: "prefers-reduced-motion", value: "reduce" }];

/** Asks for little movement. */
export async function calm(page: Page): Promise<void> {
  await page.emulateMediaFeatures(CALM);
}

async function serious(page: Page, options: RunOptions): Promise<string[]> {
  if (!(await page.evaluate(() => window.axe !== undefined))) await page.evaluate(`${await source};undefined`);
  return page.evaluate(async (options) => {
    const results = await window.axe?.run(document, { ...options, resultTypes: ["violations"] });
    if (!results) return ["axe did not run"];
    return results.violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id} ${target.join(" ")} ${failureSummary}`),
      );
  }, options);
}
