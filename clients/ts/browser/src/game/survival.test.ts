// Players who reload, whose page is frozen, or whose server dies: back in the seat, with the score, where the game is.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { leaveOut, startServer } from "../harness/index.js";
import { answerByPointer } from "./hands.js";
import { answerable, comeIn, locked, PATIENCE, PROJECTOR, phase, question, stage } from "./pages.js";
import { items, quizOf } from "./quiz.js";
import { type Room, Scene } from "./scene.js";

describe.skipIf(leaveOut("chromium"))("the seat", () => {
  let data: string;
  let scene: Scene;

  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), "trivium-survival-"));
    scene = await Scene.open("chromium", { data });
  });

  afterAll(async () => {
    await scene?.close();
    await rm(data, { recursive: true, force: true });
  });

  /** A player with points from a first question, at the second one. */
  async function inTheMiddle(nickname: string): Promise<{ page: Page; room: Room; score: string }> {
    const room = await scene.room(quizOf(items("single", "match", "text")));
    const { page } = await scene.somebody();
    await comeIn(page, scene.server, room.code, nickname);
    // Somebody who never answers keeps the questions open.
    const { page: other } = await scene.somebody();
    await comeIn(other, scene.server, room.code, "Silent");
    await room.next();
    await answerable(page, 1);
    await answerByPointer(page, { tap: "Jupiter" });
    await locked(page);
    for (const state of ["CLOSED", "REVEALED", "LEADERBOARD", "OPEN"]) {
      await room.next();
      await phase(page, state);
    }
    await answerable(page, 2);
    return { page, room, score: await scoreOn(page) };
  }

  const partners = { match: { Norway: "Oslo", Peru: "Lima", Kenya: "Nairobi" } } as const;

  test("a reload leaves everything as it was, an answer included", async () => {
    const { page, room, score } = await inTheMiddle("Rae");
    expect(Number(score.replaceAll(",", ""))).toBeGreaterThan(500);
    await page.reload();
    await answerable(page, 2);
    expect(await scoreOn(page)).toBe(score);
    await answerByPointer(page, partners);
    await locked(page);
    await page.reload();
    await locked(page);
    expect([await question(page), await scoreOn(page)]).toEqual([2, score]);
    expect(await page.$$eval("main select", (all) => all.every((select) => select.disabled))).toBe(true);
    await expectRight(page, room);
  });

  test("a frozen page wakes where the game is", async () => {
    const { page, room, score } = await inTheMiddle("Fritz");
    await answerByPointer(page, partners);
    await locked(page);
    const client = await page.createCDPSession();
    await client.send("Page.setWebLifecycleState", { state: "frozen" });
    for (let step = 0; step < 4; step += 1) await room.next();
    await client.send("Page.setWebLifecycleState", { state: "active" });
    // Freezing hides, and whoever wakes a phone looks at it.
    await page.emulateFocusedPage(true);
    await answerable(page, 3);
    expect(Number((await scoreOn(page)).replaceAll(",", ""))).toBeGreaterThan(Number(score.replaceAll(",", "")));
    await answerByPointer(page, { type: "mercury" });
    await locked(page);
  });

  test("a server that is killed in the middle of a question", { timeout: 120_000 }, async () => {
    const { page, room, score } = await inTheMiddle("Kim");
    const { page: late } = await scene.somebody();
    await comeIn(late, scene.server, room.code, "Lou");
    const { page: host } = await scene.somebody(PROJECTOR);
    await host.goto(`${scene.server.url}/host/${room.id}`);
    await stage(host, "question");
    await answerByPointer(page, partners);
    await locked(page);

    await scene.server.kill();
    // What is sent to nobody is kept, and arrives.
    await answerable(late, 2);
    await answerByPointer(late, partners);
    scene.server = await startServer({ data, http: new URL(scene.server.url).host });

    await live(page);
    await locked(page);
    await locked(late);
    expect([await question(page), await scoreOn(page)]).toEqual([2, score]);
    await stage(host, "question");
    await page.reload();
    await locked(page);
    expect([await question(page), await scoreOn(page)]).toEqual([2, score]);
    await expectRight(page, room);
    const { questions } = await room.results();
    expect(questions[1]?.distribution).toMatchObject({ answered: 2, correct: 2 });
  });

  /** Ends the question, and looks for the verdict. */
  async function expectRight(page: Page, room: Room): Promise<void> {
    await room.next();
    await room.next();
    await phase(page, "REVEALED");
    await page.waitForSelector("::-p-text(Correct!)", { timeout: PATIENCE.timeout });
  }
});

async function live(page: Page): Promise<void> {
  await page.waitForSelector("footer [data-status=live]", { timeout: PATIENCE.timeout });
}

/** Points so far, as the foot of the player's page shows them. */
async function scoreOn(page: Page): Promise<string> {
  return page.$eval("footer", (footer) => footer.querySelector(":scope > :last-child strong")?.textContent ?? "");
}
