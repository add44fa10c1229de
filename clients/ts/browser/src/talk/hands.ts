// Hands: what people do in a chat, by what they see. Everything waits for what it needs.
//
// Things are found by XPath where their name is their text, as that goes in every browser.

import type { ElementHandle, Page } from "puppeteer-core";
import { expect, vi } from "vitest";
import { PATIENCE } from "../game/pages.js";

const LOG = "[role=log]";

/** Presses what the selector names, once it is there and can be pressed. */
export async function press(page: Page, selector: string): Promise<void> {
  await page.locator(selector).setTimeout(PATIENCE.timeout).click();
}

/** A button by its name, within a part of the page. */
export function button(name: string, within = ""): string {
  return named("self::button", name, within);
}

/** An item of the open menu by its name. */
export function item(name: string): string {
  return named('@role="menuitem"', name);
}

function named(what: string, name: string, within = ""): string {
  return `::-p-xpath(${within}//*[${what}][@aria-label="${name}" or normalize-space(.)="${name}"])`;
}

/** A section by its name, for what is to be found within it. */
export function section(name: string): string {
  return `//section[@aria-label="${name}"]`;
}

/** Opens the tab whose name begins like this. */
export async function openTab(page: Page, name: string): Promise<void> {
  await press(page, `::-p-xpath(//*[@role="tab"][starts-with(normalize-space(.), "${name}")])`);
}

/** Waits until a text stands in the page, or in a part of it. */
export async function reads(page: Page, text: string, within = "body > :not(script, style, noscript)"): Promise<void> {
  // Unlike `expect.poll` this goes where a suite is set up, too.
  await vi.waitFor(async () => expect(await textOf(page, within)).toContain(text), PATIENCE);
}

/** All that stands in a part of the page. */
export function textOf(page: Page, within: string): Promise<string> {
  return page.$$eval(within, (all) => all.map((each) => (each as HTMLElement).textContent).join("\n"));
}

/** Fills in a field by its label. */
export async function fill(page: Page, label: string, text: string): Promise<void> {
  const field = `::-p-xpath(//*[self::input or self::textarea][@aria-label="${label}" or @id=//label[normalize-space(.)="${label}"]/@for])`;
  await page.locator(field).setTimeout(PATIENCE.timeout).fill(text);
}

/** Writes a message and sends it. */
export async function say(page: Page, text: string, label = "Write a message"): Promise<void> {
  await fill(page, label, text);
  await page.keyboard.press("Enter");
}

/** The message that says this. */
export async function messageOf(page: Page, text: string, within = LOG): Promise<ElementHandle<HTMLElement>> {
  const found = await page.waitForFunction(
    (text, within) =>
      [...document.querySelectorAll<HTMLElement>(`${within} article`)].find((each) => each.textContent.includes(text)),
    { timeout: PATIENCE.timeout },
    text,
    within,
  );
  return found as ElementHandle<HTMLElement>;
}

/** Waits until the message that says this also shows that. */
export async function shows(page: Page, text: string, also: string): Promise<void> {
  const told = async () => (await messageOf(page, text)).evaluate((article) => article.textContent);
  await expect.poll(told, PATIENCE).toContain(also);
}

/** Waits until no message says this any more. */
export async function saysNoMore(page: Page, text: string): Promise<void> {
  await expect.poll(() => textOf(page, `${LOG} article`), PATIENCE).not.toContain(text);
}

/** Chooses from the menu of the message that says this. */
export async function choose(page: Page, text: string, what: string): Promise<void> {
  const message = await messageOf(page, text);
  const menu = await message.waitForSelector("button[aria-label^='React to']", { timeout: PATIENCE.timeout });
  await menu?.click();
  await press(page, item(what));
}

/** Presses a button of the message that says this. */
export async function pressIn(page: Page, text: string, part: string): Promise<void> {
  const message = await messageOf(page, text);
  const found = await message.waitForSelector(`::-p-xpath(.//button[contains(normalize-space(.), "${part}")])`, {
    timeout: PATIENCE.timeout,
  });
  await found?.click();
}

/** The texts of all messages that the page has, from the oldest on. Of a long list only what is near the window is drawn. */
export async function textsOf(page: Page): Promise<string[]> {
  return page.$eval(LOG, async (log) => {
    const found = new Map<number, string>();
    const drawn = async () => {
      for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
      for (const row of log.querySelectorAll("li[aria-posinset]")) {
        found.set(
          Number(row.getAttribute("aria-posinset")),
          row.querySelector("[dir=auto]")?.textContent?.trim() ?? "",
        );
      }
    };
    for (let top = 0; top < log.scrollHeight; top += log.clientHeight / 2) {
      log.scrollTop = top;
      await drawn();
    }
    return [...found].sort(([a], [b]) => a - b).map(([, text]) => text);
  });
}
