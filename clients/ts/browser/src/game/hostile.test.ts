// Texts that want to be more than texts: in names, chat and quizzes. No script runs, no policy is broken, and they are shown as written.

import type { MessageInitShape } from "@bufbuild/protobuf";
import { type QuizSchema, QuizService } from "@trivium/client/proto";
import type { Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { leaveOut } from "../harness/index.js";
import { answerByPointer } from "./hands.js";
import { answerable, locked, next, PATIENCE, PROJECTOR, phase, policyReports, stage } from "./pages.js";
import { type Room, Scene } from "./scene.js";

/** Sets a mark that the suite looks for, should it ever run. */
const MARK = "window.hacked=1";
const SCRIPTS = [
  `<img src=x onerror="${MARK}">`,
  `<script>${MARK}</script>`,
  `<svg onload="${MARK}"><a xlink:href="javascript:${MARK}">x</a></svg>`,
  `[click](javascript:${MARK})`,
  `<a href="data:text/html,<script>${MARK}</script>">a</a>`,
  `![x](https://example.com/pixel.png)`,
  `<iframe srcdoc="<script>${MARK}</script>"></iframe>`,
  `<style>*{display:none}</style>`,
  `<math><mtext><table><mglyph><style><img src=x onerror="${MARK}">`,
  `$\\href{javascript:${MARK}}{x}$ $\\htmlData{x=1}{y}$ $\\includegraphics{https://example.com/a.png}$`,
  `{{constructor.constructor('${MARK}')()}}`,
];
/** Turns what follows around, if it is not isolated. */
const TURNED = "\u202Egpj.exe\u202C \u2067abc";
const ZALGO = "Z\u0334\u0310a\u0335\u0301l\u0336\u0308g\u0337\u0302o\u0338\u0303 ".repeat(3).trim();
const LONG = "W".repeat(300);

/** Whatever the server lets through as a name. */
const NAMES = [`<img src=x onerror=${MARK}>`, "\u202EnamE", ZALGO.slice(0, 40), "W".repeat(40)];

const option = (text: string, correct = false) => ({ text, correct });

const QUIZ: MessageInitShape<typeof QuizSchema> = {
  title: `<img src=x onerror="${MARK}"> ${TURNED}`,
  settings: { timeLimitMs: 240_000, noReadPhase: true, startCountdownMs: 1 },
  questions: [
    {
      text: SCRIPTS.join("\n\n"),
      explanation: [...SCRIPTS, TURNED, ZALGO, LONG].join("\n\n"),
      mediaUrl: "https://example.com/pixel.png",
      mediaAlt: `"><script>${MARK}</script>`,
      kind: {
        case: "singleChoice",
        value: { options: [option(SCRIPTS[0] ?? "", true), option(SCRIPTS[3] ?? ""), option(TURNED), option(LONG)] },
      },
    },
    {
      text: LONG,
      explanation: SCRIPTS[9] ?? "",
      mediaUrl: `javascript:${MARK}`,
      kind: { case: "wordCloud", value: { maxWords: 3 } },
    },
  ],
};

describe.skipIf(leaveOut("chromium"))("hostile texts", () => {
  let scene: Scene;
  let room: Room;
  let host: Page;
  const players: Page[] = [];

  beforeAll(async () => {
    scene = await Scene.open();
  });

  afterAll(() => scene?.close());

  test("in a quiz", async () => {
    room = await scene.room(QUIZ);
    host = (await scene.somebody(PROJECTOR)).page;
    await host.goto(`${scene.server.url}/host/${room.id}`);
    await stage(host, "lobby");
    expect(await host.$eval("h1", (title) => title.textContent)).toBe(QUIZ.title);
  });

  test("in names", async () => {
    for (const name of NAMES) {
      const { page } = await scene.somebody();
      await page.goto(`${scene.server.url}/play/${room.code}`);
      await page.locator("form input[autocomplete=nickname]").fill(name);
      await page.locator("form button[type=submit]").click();
      await page.waitForSelector("main[data-phase], [role=alert]", { timeout: PATIENCE.timeout });
      if ((await page.$("main[data-phase]")) !== null) players.push(page);
    }
    expect(players.length, "the server may refuse some, not all").toBeGreaterThan(1);
    await expect.poll(() => host.$$eval("main ul li", (faces) => faces.length), PATIENCE).toBe(players.length);
    const names = await host.$$eval("main ul li bdi", (all) => all.map((name) => name.textContent));
    expect(names).toContain(NAMES[0]);
  });

  test("in the chat", async () => {
    const [player] = players;
    if (!player) throw new Error("somebody is in");
    await player.locator("header button[aria-label^=Chat]").click();
    await player.waitForSelector("[role=log]", { timeout: PATIENCE.timeout });
    await host.keyboard.press("c");
    await host.waitForSelector("[role=log]", { timeout: PATIENCE.timeout });
    // One by one, as only those near the end are drawn.
    for (const text of [...SCRIPTS, TURNED, ZALGO, LONG]) {
      await room.say(text);
      for (const page of [player, host]) {
        const newest = () => page.$$eval("[role=log] [dir=auto]", (all) => all.at(-1)?.textContent?.trim() ?? "");
        await expect.poll(newest, PATIENCE).toContain(readable(text));
        expect(await foreign(page), text).toEqual([]);
      }
    }
    await player.keyboard.press("Escape");
    await player.waitForSelector("[role=dialog]", { hidden: true });
    await host.keyboard.press("c");
  });

  test("in questions, solutions and words", async () => {
    await next(host, "question");
    for (const page of players) {
      await answerable(page, 1);
      expect(await foreign(page), "stem and options").toEqual([]);
      const [first] = await page.$$("main button[aria-pressed]");
      await first?.click();
      await locked(page);
    }
    expect(await foreign(host)).toEqual([]);
    await stage(host, "timeUp");
    await next(host, "reveal");
    for (const page of [...players, host]) expect(await foreign(page), "solution").toEqual([]);
    await next(host, "leaderboard");
    await next(host, "question");
    for (const page of players) {
      await answerable(page, 2);
      await answerByPointer(page, { words: ["<b>x</b>", "\u202Eabc", "W".repeat(40)] });
      await locked(page);
    }
    await next(host, "reveal");
    for (const name of ["leaderboard", "podium"]) await next(host, name);
    for (const page of players) await phase(page, "ENDED");
    await host.waitForSelector("main table", { timeout: PATIENCE.timeout });
    for (const page of [...players, host]) expect(await foreign(page), "podium").toEqual([]);
  });

  test("nothing ran, and no policy was broken", async () => {
    for (const { page } of scene.people) {
      expect(await page.evaluate(() => "hacked" in window)).toBe(false);
    }
    expect(scene.people.flatMap(({ troubles }) => troubles)).toEqual([]);
    expect(await policyReports(scene.server)).toEqual([]);
  });

  test("the policy itself works: a script that is let in is stopped and reported", async () => {
    const { page } = await scene.somebody();
    await page.goto(scene.server.url);
    await page.waitForSelector("h1");
    await page.evaluate((mark) => {
      const script = document.createElement("script");
      script.textContent = mark;
      document.body.append(script);
    }, MARK);
    expect(await page.evaluate(() => "hacked" in window)).toBe(false);
    await expect.poll(() => policyReports(scene.server), PATIENCE).not.toEqual([]);
  });

  test("a quiz that is shown in lists", async () => {
    const { page } = await scene.somebody(PROJECTOR);
    await scene.session.client(QuizService).listQuizzes({});
    await page.goto(`${scene.server.url}/host`);
    await page.waitForSelector("::-p-text(<img src=x)", { timeout: PATIENCE.timeout });
    expect(await foreign(page)).toEqual([]);
    expect(await page.evaluate(() => "hacked" in window)).toBe(false);
  });
});

/** What is left to read of a text where Markdown or LaTeX makes something harmless of it; the others stand as they are. */
function readable(text: string): string {
  if (text.startsWith("![")) return "!x";
  return text.startsWith("$") ? "\\href" : text;
}

/** What a text must never become: elements that load or run something, links that do, handlers. */
function foreign(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const own = (url: string) => url === "" || url.startsWith(location.origin) || /^(data:image|blob:)/.test(url);
    const isForeign = (element: Element) =>
      /^(script|iframe|object|embed|style|link|base|form|video|audio)$/i.test(element.localName) ||
      [...element.attributes].some(({ name }) => name.startsWith("on")) ||
      (element instanceof HTMLImageElement && !own(element.src)) ||
      (element instanceof HTMLAnchorElement && !/^(https?|mailto):/.test(element.href));
    return [...document.querySelectorAll("main *, [role=log] *")]
      .filter(isForeign)
      .map((element) => element.outerHTML.slice(0, 200));
  });
}
