// A whole quiz with every kind of question: host and players in Chromium on both roads, and a player in a terminal on gRPC.

import type { TriviumSession } from "@trivium/client";
import { QuizService, RoomService } from "@trivium/client/proto";
import type { Browser } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launch, leaveOut, type Server, startServer } from "../harness/index.js";
import { answerByPointer } from "./hands.js";
import {
  answerable,
  comeIn,
  locked,
  next,
  operator,
  PATIENCE,
  PHONE,
  PROJECTOR,
  phase,
  policyReports,
  road,
  type Somebody,
  somebody,
  stage,
} from "./pages.js";
import { quizOf, TWELVE } from "./quiz.js";
import { contactSheet, shoot } from "./shots.js";
import { rankingOf, rankingOn } from "./standings.js";
import { playInTerminal } from "./terminal.js";

const OPINIONS = ["poll", "rating", "wordCloud"];

describe.skipIf(leaveOut("chromium"))("a whole quiz", () => {
  let server: Server;
  let browser: Browser;
  let session: TriviumSession;
  const people: Somebody[] = [];

  beforeAll(async () => {
    server = await startServer();
    session = await operator(server);
    browser = await launch("chromium");
  });

  afterAll(async () => {
    await browser?.close();
    await session?.close();
    await server?.stop();
  });

  async function enter(viewport = PHONE): Promise<Somebody> {
    const one = await somebody(browser, viewport);
    people.push(one);
    return one;
  }

  test("everybody sees the same order and the same scores", { timeout: 240_000 }, async () => {
    // A read phase to be seen once, and a countdown; no other clock decides anything.
    const quiz = quizOf(TWELVE, { timeLimitMs: 240_000, readMs: 60_000, startCountdownMs: 30_000, streakBonus: true });
    await session.client(QuizService).createQuiz({ quiz });

    const { page: host } = await enter(PROJECTOR);
    await host.goto(`${server.url}/`);
    await shoot(host, { who: "home", state: "home", dark: true });
    await host.goto(`${server.url}/host`);
    await host.locator(`::-p-text(${quiz.title})`).click();
    await shoot(host, { who: "host", state: "00-setup", dark: true });
    await host.locator("::-p-text(Host now)").click();
    await stage(host, "lobby");
    await shoot(host, { who: "host", state: "01-lobby-empty" });
    const roomId = new URL(host.url()).pathname.split("/").at(-1) ?? "";
    const code = await codeOf(roomId);

    const { page: ada } = await enter();
    await ada.goto(`${server.url}/play/${code}`);
    await ada.waitForSelector("form input");
    await shoot(ada, { who: "player", state: "00-join", dark: true });
    await comeIn(ada, server, code, "Ada");
    const { page: ben } = await enter();
    await comeIn(ben, server, code, "Ben Okonkwo");
    const { page: cem } = await enter();
    await comeIn(cem, server, code, "Cem", "grpc-web");
    const terminal = playInTerminal(server, code, "Dora", TWELVE);
    await expect.poll(() => host.$$eval("main ul li", (faces) => faces.length), PATIENCE).toBe(4);
    for (const page of [ada, ben]) await expect.poll(() => road(page), PATIENCE).toBe("webtransport");
    await expect.poll(() => road(cem), PATIENCE).toBe("grpc-web");
    await shoot(ada, { who: "player", state: "01-lobby", dark: true });
    await shoot(host, { who: "host", state: "02-lobby", dark: true });

    await next(host, "countdown");
    await phase(ada, "STARTING");
    await shoot(host, { who: "host", state: "03-countdown" });
    await shoot(ada, { who: "player", state: "02-countdown" });

    for (const [at, item] of TWELVE.entries()) {
      const number = String(at + 1).padStart(2, "0");
      const name = `q${number}-${item.name}`;
      await next(host, "read");
      await phase(ada, "READING");
      if (at === 0) {
        await shoot(host, { who: "host", state: "04-read" });
        await shoot(ada, { who: "player", state: "03-read" });
      }
      await next(host, "question");
      for (const page of [ada, ben, cem]) await answerable(page, at + 1);
      await shoot(ada, { who: "player", state: `${name}-1open`, dark: at < 2 });
      if (at === 0) await shootPause();
      await answerByPointer(ada, item.right);
      await locked(ada);
      await shoot(ada, { who: "player", state: `${name}-2locked`, dark: at === 0 });
      await shoot(host, { who: "host", state: `${name}-1open`, dark: at < 2 });
      await answerByPointer(cem, item.right);
      // Ben is wrong in every other question, so that the ranking has something to say.
      await answerByPointer(ben, at % 2 === 0 ? item.wrong : item.right);
      await stage(host, "timeUp");
      if (at === 0) {
        await shoot(host, { who: "host", state: `${name}-2closed` });
        await shoot(ben, { who: "player", state: `${name}-3closed` });
      }
      await next(host, "reveal");
      for (const page of [ada, ben, cem]) await phase(page, "REVEALED");
      await shoot(host, { who: "host", state: `${name}-3reveal`, dark: at < 2 });
      await shoot(ada, { who: "player", state: `${name}-4reveal`, dark: at === 0 });
      if (at === 0) await shoot(ben, { who: "player", state: `${name}-5reveal-wrong`, dark: true });
      await next(host, "leaderboard");
      await phase(ada, "LEADERBOARD");
      if (at === 1) {
        await shoot(host, { who: "host", state: "05-leaderboard", dark: true });
        await shoot(ben, { who: "player", state: "04-leaderboard", dark: true });
      }
    }

    await next(host, "podium");
    for (const page of [ada, ben, cem]) await phase(page, "ENDED");
    await host.waitForSelector("main table", { timeout: PATIENCE.timeout });
    const results = await rankingOf(session, roomId);
    expect(results.map(([, name]) => name).sort()).toEqual(["Ada", "Ben Okonkwo", "Cem", "Dora"]);
    const { standings } = await session.client(QuizService).getResults({ roomId });
    const scored = TWELVE.filter(({ question: { kind } }) => !OPINIONS.includes(kind?.case ?? "")).length;
    for (const name of ["Ada", "Cem"]) {
      expect(standings.find((standing) => standing.name === name)?.correct, `${name} did what is right`).toBe(scored);
    }
    expect(await rankingOn(host), "the host's page").toEqual(results);
    for (const page of [ada, ben, cem]) expect(await rankingOn(page), "a player's page").toEqual(results);
    const played = await terminal;
    expect(played).toMatchObject({ nickname: "Dora", roads: ["gRPC"], accepted: TWELVE.length, refused: [] });
    expect(played.ranking, "the terminal").toEqual(results);
    await shoot(host, { who: "host", state: "06-podium", dark: true });
    await shoot(ada, { who: "player", state: "05-podium", dark: true });
    await shoot(ben, { who: "player", state: "05-podium-third" });

    async function shootPause(): Promise<void> {
      await host.keyboard.press("p");
      await host.waitForSelector("::-p-text(Time stands still)");
      await ada.waitForSelector("::-p-text(Paused by the host)");
      await shoot(host, { who: "host", state: "07-paused" });
      await shoot(ada, { who: "player", state: "06-paused" });
      await host.keyboard.press("p");
      await ada.waitForSelector("::-p-text(Paused by the host)", { hidden: true });
    }
  });

  async function codeOf(roomId: string): Promise<string> {
    return (await session.client(RoomService).getRoom({ roomId })).snapshot?.room?.joinCode ?? "";
  }

  test("nothing broke in any page, and no policy", async () => {
    expect(people.flatMap(({ troubles }) => troubles)).toEqual([]);
    expect(await policyReports(server)).toEqual([]);
  });

  test("the pictures are on one page", contactSheet);
});
