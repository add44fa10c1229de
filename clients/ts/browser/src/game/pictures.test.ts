// The pictures of the README: a host's and a player's screen in the middle of a game. Made when asked for, `npm run pictures`, so
// that a test run changes no file of the repository.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { type AnswerSchema, QuizService } from "@trivium/client/proto";
import type { Page } from "puppeteer-core";
import { expect, onTestFinished, test } from "vitest";
import { REPOSITORY } from "../harness/index.js";
import { answerable, comeIn, next, PATIENCE, PROJECTOR, stage } from "./pages.js";
import { quizOf, TWELVE } from "./quiz.js";
import { Scene } from "./scene.js";
import { rest } from "./shots.js";

const IMAGES = join(REPOSITORY, "docs/images");
const PLAYERS = ["Ada", "Grace", "Edsger", "Bärbel", "Alan", "Emmy", "Donald"];

test.runIf(process.env.TRIVIUM_PICTURES === "true")("pictures for the README", async () => {
  const scene = await Scene.open();
  onTestFinished(() => scene.close());
  const quiz = quizOf(TWELVE, { timeLimitMs: 30_000, noReadPhase: true, startCountdownMs: 1 });
  const room = await scene.room(quiz);
  const { page: host } = await scene.somebody(PROJECTOR);
  await host.goto(`${scene.server.url}/host/${room.id}`);
  await stage(host, "lobby");
  const others = await Promise.all(PLAYERS.map((name) => room.enter(scene.server, name)));
  const { page: player } = await scene.somebody();
  await comeIn(player, scene.server, room.code, "Marie");
  await expect.poll(() => host.$$eval("main ul li", (faces) => faces.length), PATIENCE).toBe(PLAYERS.length + 1);
  await next(host, "question");
  await answerable(player, 1);
  const answer: MessageInitShape<typeof AnswerSchema> = { value: { case: "choice", value: 1 } };
  for (const other of others.slice(0, 4)) {
    await other.client(QuizService).submitAnswer({ roomId: room.id, questionIndex: 0, answer });
  }
  await host.waitForSelector("::-p-text(4 of 8 answered)", { timeout: PATIENCE.timeout });
  // With some of the time gone.
  const left = () => player.$eval("[role=timer]", (timer) => Number(timer.textContent));
  await expect.poll(left, PATIENCE).toBeLessThanOrEqual(24);
  await picture(host, "host", 0.5);
  await picture(player, "player", 1);
  await Promise.all(others.map((other) => other.close()));
});

async function picture(page: Page, name: string, scale: number): Promise<void> {
  await rest(page);
  await mkdir(IMAGES, { recursive: true });
  const { width = 0, height = 0 } = page.viewport() ?? {};
  await page.screenshot({
    path: join(IMAGES, `${name}.png`) as `${string}.png`,
    clip: { x: 0, y: 0, width, height, scale },
  });
}
