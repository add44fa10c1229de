// Stock Firefox plays in every way of answering, hosts the game, and sees the same end as Chromium does.

import { QuizService } from "@trivium/client/proto";
import type { Browser } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launch, leaveOut } from "../harness/index.js";
import { answerByPointer } from "./hands.js";
import { answerable, comeIn, locked, next, PATIENCE, PROJECTOR, phase, road, somebody, stage } from "./pages.js";
import { items, quizOf, UNHURRIED } from "./quiz.js";
import { Scene } from "./scene.js";
import { rankingOf, rankingOn } from "./standings.js";

/** Every way of answering, once; that all kinds work is shown in Chromium. */
const ITEMS = items("single", "multiple", "text", "range", "order", "match", "words");

describe.skipIf(leaveOut("firefox") || leaveOut("chromium"))("Firefox", () => {
  let scene: Scene;
  let chromium: Browser;

  beforeAll(async () => {
    scene = await Scene.open("firefox");
    chromium = await launch("chromium");
  });

  afterAll(async () => {
    await chromium?.close();
    await scene?.close();
  });

  test("hosts and plays a quiz against Chromium", { timeout: 180_000 }, async () => {
    const quiz = quizOf(ITEMS, { ...UNHURRIED, leaderboardSize: 10 });
    await scene.session.client(QuizService).createQuiz({ quiz });
    const { page: host } = await scene.somebody(PROJECTOR);
    await host.goto(`${scene.server.url}/host`);
    await host.locator(`::-p-text(${quiz.title})`).click();
    await host.locator("::-p-text(Host now)").click();
    await stage(host, "lobby");
    const roomId = new URL(host.url()).pathname.split("/").at(-1) ?? "";
    const code = await host.$eval("[aria-label='Join at'] .visually-hidden", (text) => text.textContent ?? "");
    const joinCode = code.replace(/^Game code:/, "").replaceAll(" ", "");

    const { page: fay } = await scene.somebody();
    await comeIn(fay, scene.server, joinCode, "Fay");
    const { page: gus, troubles } = await somebody(chromium, { width: 390, height: 844 });
    await comeIn(gus, scene.server, joinCode, "Gus");
    for (const page of [fay, gus]) await expect.poll(() => road(page), PATIENCE).toBe("webtransport");

    for (const [at, item] of ITEMS.entries()) {
      await next(host, "question");
      await answerable(fay, at + 1);
      await answerByPointer(fay, item.right);
      await locked(fay);
      await answerable(gus, at + 1);
      await answerByPointer(gus, item.wrong);
      await stage(host, "timeUp");
      await next(host, "reveal");
      await phase(fay, "REVEALED");
      await next(host, "leaderboard");
    }
    await next(host, "podium");
    await phase(fay, "ENDED");
    await phase(gus, "ENDED");
    await host.waitForSelector("main table", { timeout: PATIENCE.timeout });
    const results = await rankingOf(scene.session, roomId);
    expect(results.map(([rank, name]) => [rank, name])).toEqual([
      [1, "Fay"],
      [2, "Gus"],
    ]);
    const { standings } = await scene.session.client(QuizService).getResults({ roomId });
    expect(standings[0]?.correct).toBe(ITEMS.length - 1);
    for (const page of [host, fay, gus]) expect(await rankingOn(page)).toEqual(results);
    expect([...scene.people.flatMap((one) => one.troubles), ...troubles]).toEqual([]);
  });
});
