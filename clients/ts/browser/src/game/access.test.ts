// For everybody: no screen with a serious flaw, and a whole game hosted and played with the keyboard alone.

import { QuizService } from "@trivium/client/proto";
import type { Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { leaveOut } from "../harness/index.js";
import { calm, flaws } from "./access.js";
import { answerByKeys, tabTo, tabToText } from "./hands.js";
import { answerable, comeIn, locked, next, PATIENCE, PROJECTOR, phase, stage } from "./pages.js";
import { quizOf, TWELVE } from "./quiz.js";
import { type Room, Scene } from "./scene.js";
import { SCREENS } from "./screens.js";
import { shoot } from "./shots.js";

describe.skipIf(leaveOut("chromium"))("for everybody", () => {
  let scene: Scene;
  let room: Room;

  beforeAll(async () => {
    scene = await Scene.open();
    room = await scene.room(quizOf(TWELVE));
    const { page } = await scene.somebody();
    await comeIn(page, scene.server, room.code, "Grace");
  });

  afterAll(() => scene?.close());

  test.each(SCREENS)("$name has no serious flaw", async ({ name, open }) => {
    const { page, troubles, close } = await scene.somebody(name.startsWith("host") ? PROJECTOR : undefined);
    await calm(page);
    await open({ scene, page, room });
    expect(await flaws(page, name)).toEqual([]);
    expect(troubles).toEqual([]);
    await shoot(page, { who: "screen", state: name });
    await close();
  });

  test("a game is hosted and played with the keyboard alone, and no state has a serious flaw", {
    timeout: 240_000,
  }, async () => {
    const quiz = {
      ...quizOf(TWELVE, { timeLimitMs: 240_000, readMs: 60_000, startCountdownMs: 30_000 }),
      title: "By keys",
    };
    await scene.session.client(QuizService).createQuiz({ quiz });
    const { page: host } = await scene.somebody(PROJECTOR);
    const { page: player } = await scene.somebody();
    const found: string[] = [];
    const look = async (page: Page, who: string, name: string) => found.push(...(await flaws(page, `${who}, ${name}`)));
    for (const page of [host, player]) await calm(page);

    await host.goto(`${scene.server.url}/host`);
    await host.waitForSelector(`::-p-text(${quiz.title})`);
    await tabToText(host, quiz.title);
    await host.keyboard.press("Enter");
    await host.waitForSelector("::-p-text(Host now)");
    await tabToText(host, "Host now");
    await host.keyboard.press("Enter");
    await stage(host, "lobby");
    const roomId = new URL(host.url()).pathname.split("/").at(-1) ?? "";

    await player.goto(`${scene.server.url}/`);
    await player.waitForSelector("main input");
    await tabTo(player, "main input");
    await player.keyboard.type(await codeOn(host));
    await player.keyboard.press("Enter");
    await player.waitForSelector("form input[autocomplete=nickname]", { timeout: PATIENCE.timeout });
    await tabTo(player, "form input[autocomplete=nickname]");
    await player.keyboard.type("Kit");
    await player.keyboard.press("Enter");
    await phase(player, "LOBBY");

    await next(host, "countdown");
    await phase(player, "STARTING");
    await look(host, "host", "countdown");
    await look(player, "player", "countdown");
    for (const [at, { name, right }] of TWELVE.entries()) {
      await next(host, "read");
      await phase(player, "READING");
      if (at === 0)
        for (const [page, who] of [
          [host, "host"],
          [player, "player"],
        ] as const)
          await look(page, who, "read");
      await next(host, "question");
      await answerable(player, at + 1);
      await look(player, "player", `${name} open`);
      await look(host, "host", `${name} open`);
      await answerByKeys(player, right);
      await locked(player);
      await look(player, "player", `${name} answered`);
      await stage(host, "timeUp");
      await next(host, "reveal");
      await phase(player, "REVEALED");
      await look(player, "player", `${name} revealed`);
      await look(host, "host", `${name} revealed`);
      await next(host, "leaderboard");
    }
    await look(host, "host", "leaderboard");
    await look(player, "player", "leaderboard");
    await next(host, "podium");
    await phase(player, "ENDED");
    await host.waitForSelector("main table", { timeout: PATIENCE.timeout });
    await look(host, "host", "podium");
    await look(player, "player", "podium");
    const { standings } = await scene.session.client(QuizService).getResults({ roomId });
    expect(standings.map(({ name, correct }) => [name, correct])).toEqual([["Kit", 8]]);
    expect(found).toEqual([]);
  });
});

async function codeOn(host: Page): Promise<string> {
  const text = await host.$eval("main .visually-hidden", (spelled) => spelled.textContent ?? "");
  return text.replace(/^Game code:/, "").trim();
}
