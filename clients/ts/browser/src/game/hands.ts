// Hands: how a player answers in the page, by pointer or by the keyboard alone.
//
// Neighbours: `quiz` says what is to be done, `pages` waits for what comes of it.

import type { ElementHandle, KeyInput, Page } from "puppeteer-core";
import { expect } from "vitest";
import type { Deed } from "./quiz.js";

/** Most presses of Tab until something is reached. */
const MOST_TABS = 60;
/** The button that sends, in every kind that has one. */
const SEND = "main button:not([aria-pressed], [aria-label])";

/** Answers by clicking, typing and dragging. */
export async function answerByPointer(page: Page, deed: Deed): Promise<void> {
  if ("tap" in deed) return click(page, deed.tap);
  if ("rate" in deed) return page.locator(`main button[aria-label^="${deed.rate} of "]`).click();
  if ("taps" in deed) for (const text of deed.taps) await click(page, text);
  if ("type" in deed) await page.locator("main input").fill(deed.type);
  if ("slide" in deed) await slide(page, deed.slide);
  if ("order" in deed) await dragInto(page, deed.order);
  if ("match" in deed) {
    for (const [left, right] of Object.entries(deed.match)) await choosePartner(page, left, right);
  }
  if ("words" in deed) {
    for (const [at, word] of deed.words.entries()) {
      await page.locator(`main input[aria-label="Word ${at + 1}"]`).fill(word);
    }
  }
  await page.locator(SEND).click();
}

/** Answers without ever touching a pointer. */
export async function answerByKeys(page: Page, deed: Deed): Promise<void> {
  if ("tap" in deed) return page.keyboard.press(await keyOf(page, deed.tap));
  if ("rate" in deed) return page.keyboard.press(String(deed.rate) as KeyInput);
  if ("taps" in deed) for (const text of deed.taps) await page.keyboard.press(await keyOf(page, text));
  if ("type" in deed) {
    await tabTo(page, "main input");
    await page.keyboard.type(deed.type);
  }
  if ("slide" in deed) await slideByKeys(page, deed.slide);
  if ("order" in deed) await orderByKeys(page, deed.order);
  if ("match" in deed) {
    for (const [left, right] of Object.entries(deed.match)) {
      await tabTo(page, `main select[aria-label="Partner of ${left}"]`);
      await page.keyboard.type(right);
    }
  }
  if ("words" in deed) {
    for (const [at, word] of deed.words.entries()) {
      await tabTo(page, `main input[aria-label="Word ${at + 1}"]`);
      await page.keyboard.type(word);
    }
  }
  await tabTo(page, SEND);
  await page.keyboard.press("Enter");
}

/** Presses Tab until the focus is on what the selector names. */
export async function tabTo(page: Page, selector: string): Promise<void> {
  const passed: string[] = [];
  for (let presses = 0; presses <= MOST_TABS; presses += 1) {
    const here = await page.evaluate((wanted) => {
      const focused = document.activeElement;
      return focused?.matches(wanted) ? "" : (focused?.outerHTML.slice(0, 120) ?? "nothing");
    }, selector);
    if (here === "") return;
    passed.push(here);
    await page.keyboard.press("Tab");
  }
  throw new Error(`the keyboard does not reach ${selector}; it passed\n${passed.join("\n")}`);
}

/** As `tabTo`, for a button or link by its text or label. */
export async function tabToText(page: Page, text: string): Promise<void> {
  const mark = await page.evaluate((text) => {
    const named = (element: Element) => element.getAttribute("aria-label") ?? element.textContent ?? "";
    const found = [...document.querySelectorAll("button, a[href], input, select")].find((element) =>
      named(element).trim().startsWith(text),
    );
    found?.setAttribute("data-wanted", text);
    return found !== undefined;
  }, text);
  if (!mark) throw new Error(`nothing on the page is called ${text}`);
  await tabTo(page, `[data-wanted=${JSON.stringify(text)}]`);
}

/** An option by its text, as it is drawn: texts may be formulas. */
async function click(page: Page, text: string): Promise<void> {
  const position = await positionOf(page, text);
  const options = await page.$$("main button[aria-pressed]");
  await options[position]?.click();
}

async function positionOf(page: Page, text: string): Promise<number> {
  const position = await page.$$eval(
    "main button[aria-pressed]",
    (options, text) =>
      options.findIndex((option) =>
        [option, ...option.querySelectorAll("*")].some((part) => part.textContent?.trim() === text),
      ),
    text,
  );
  if (position < 0) throw new Error(`there is no option ${text}`);
  return position;
}

async function keyOf(page: Page, text: string): Promise<KeyInput> {
  return String((await positionOf(page, text)) + 1) as KeyInput;
}

async function choosePartner(page: Page, left: string, right: string): Promise<void> {
  const select = await page.waitForSelector(`main select[aria-label="Partner of ${left}"]`);
  const value = await select?.evaluate(
    (select, right) => [...(select as HTMLSelectElement).options].find(({ label }) => label === right)?.value,
    right,
  );
  if (!value) throw new Error(`there is no ${right}`);
  await select?.select(value);
}

/** Taps on the groove near the value, and goes the rest by the buttons at its ends. */
async function slide(page: Page, value: number): Promise<void> {
  const slider = await page.waitForSelector("main input[type=range]");
  const box = await slider?.boundingBox();
  if (!box) throw new Error("there is no slider");
  const { min, max } = await slidden(page);
  const part = (value - min) / (max - min);
  await page.mouse.click(box.x + box.width * part, box.y + box.height / 2);
  for (;;) {
    const { at } = await slidden(page);
    if (at === value) return;
    await page.locator(`main button[aria-label="One step ${at < value ? "more" : "less"}"]`).click();
    await expect.poll(async () => (await slidden(page)).at).not.toBe(at);
  }
}

async function slideByKeys(page: Page, value: number): Promise<void> {
  await tabTo(page, "main input[type=range]");
  await page.keyboard.press("Home");
  const { min } = await slidden(page);
  for (let step = min; step < value; step += 1) await page.keyboard.press("ArrowRight");
  await expect.poll(async () => (await slidden(page)).at).toBe(value);
}

function slidden(page: Page): Promise<{ at: number; min: number; max: number }> {
  return page.$eval("main input[type=range]", (slider) => {
    const { valueAsNumber, min, max } = slider as HTMLInputElement;
    return { at: valueAsNumber, min: Number(min), max: Number(max) };
  });
}

/** Texts of the items to be put in order, from the top. */
async function orderOf(page: Page, known: readonly string[]): Promise<(string | undefined)[]> {
  const texts = await page.$$eval("main ol li", (items) => items.map((item) => item.textContent ?? ""));
  return texts.map((text) => known.find((name) => text.includes(name)));
}

async function dragInto(page: Page, wanted: readonly string[]): Promise<void> {
  for (const [place, name] of wanted.entries()) {
    const from = (await orderOf(page, wanted)).indexOf(name);
    if (from === place) continue;
    const rows = await page.$$("main ol li");
    const grip = await rows[from]?.$("button > span:last-child");
    const start = await middle(grip);
    const end = await middle(rows[place]);
    await page.mouse.move(start.x, start.y);
    await page.mouse.down();
    await page.mouse.move(start.x, start.y + (end.y > start.y ? 12 : -12), { steps: 3 });
    await page.waitForSelector("main ol li[data-dragging]");
    await page.mouse.move(start.x, end.y, { steps: 8 });
    // Where it is let go is what was last drawn, and a hand sees that; a busy machine may not have drawn the last move yet.
    await drawn(page);
    await page.mouse.up();
    await expect.poll(async () => (await orderOf(page, wanted))[place], { timeout: 5_000 }).toBe(name);
    await expect.poll(() => page.$$eval("main ol li[data-dragging]", (items) => items.length)).toBe(0);
  }
}

/** Waits until what has happened is on the screen. */
function drawn(page: Page): Promise<void> {
  return page.evaluate(
    () => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))),
  );
}

async function orderByKeys(page: Page, wanted: readonly string[]): Promise<void> {
  for (const [place, name] of wanted.entries()) {
    const from = (await orderOf(page, wanted)).indexOf(name);
    await tabTo(page, `main ol li:nth-child(${from + 1}) button`);
    for (let at = from; at > place; at -= 1) await page.keyboard.press("ArrowUp");
    await expect.poll(async () => (await orderOf(page, wanted))[place]).toBe(name);
  }
}

async function middle(element: ElementHandle | null | undefined): Promise<{ x: number; y: number }> {
  const box = await element?.boundingBox();
  if (!box) throw new Error("it is not on the page");
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}
