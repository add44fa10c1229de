// The states that a game without trouble has not: wrong code, locked, late, removed, banned, closed, missed, paused by a dead
// server. Each says in words what has happened, and is photographed.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RoomService } from "@trivium/client/proto";
import type { Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { leaveOut, startServer } from "../harness/index.js";
import { answerable, comeIn, PATIENCE, PROJECTOR, phase, stage } from "./pages.js";
import { items, quizOf } from "./quiz.js";
import { type Room, Scene } from "./scene.js";
import { shoot } from "./shots.js";

const SHUT = "This door stays shut";

describe.skipIf(leaveOut("chromium"))("doors", () => {
  let data: string;
  let scene: Scene;

  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), "trivium-doors-"));
    scene = await Scene.open("chromium", { data });
  });

  afterAll(async () => {
    await scene?.close();
    await rm(data, { recursive: true, force: true });
  });

  const room = () => scene.room(quizOf(items("single", "text")));

  /** Asks for a seat without waiting for one. */
  async function knock(page: Page, code: string): Promise<void> {
    await page.goto(`${scene.server.url}/play/${code}`);
    await page.locator("form input[autocomplete=nickname]").fill("Kay");
    await page.locator("form button[type=submit]").click();
  }

  async function says(page: Page, title: string, state: string): Promise<void> {
    await page.waitForSelector(`h1::-p-text(${title})`, { timeout: PATIENCE.timeout });
    await shoot(page, { who: "player", state });
  }

  test("a code of no room, a locked one, and a game that takes nobody any more", async () => {
    const { page } = await scene.somebody();
    await knock(page, "ZZZZ-ZZZZ");
    await says(page, SHUT, "07-wrong-code");

    const locked = await room();
    await locked.set({ locked: true });
    await knock(page, locked.code);
    await says(page, SHUT, "08-locked");
    await locked.set({ locked: false });
    await page.locator("::-p-text(Try this code again)").click();
    await page.waitForSelector("form, main[data-phase]", { timeout: PATIENCE.timeout });

    const begun = await room();
    await begun.set({ lateJoin: false });
    await begun.enter(scene.server, "Early");
    await begun.next();
    await knock(page, begun.code);
    await says(page, SHUT, "09-late");
  });

  test.each([
    ["removed", "The host removed you", "10-removed"],
    ["banned", "You may not come in", "11-banned"],
    ["closed", "The room is closed", "12-closed"],
  ] as const)("%s", async (how, title, state) => {
    const here = await room();
    const { page } = await scene.somebody();
    await comeIn(page, scene.server, here.code, "Kay");
    await end(here, how);
    await says(page, title, state);
  });

  test("a question that was missed", async () => {
    const here = await room();
    const { page } = await scene.somebody();
    await comeIn(page, scene.server, here.code, "Kay");
    await here.next();
    await answerable(page, 1);
    await here.next();
    await phase(page, "CLOSED");
    await shoot(page, { who: "player", state: "13-too-late" });
    await here.next();
    await phase(page, "REVEALED");
    await shoot(page, { who: "player", state: "14-missed" });
  });

  test("a server that is gone for a while, on the phone and on the projector", async () => {
    const here = await room();
    const { page } = await scene.somebody();
    await comeIn(page, scene.server, here.code, "Kay");
    const { page: host } = await scene.somebody(PROJECTOR);
    await host.goto(`${scene.server.url}/host/${here.id}`);
    await here.next();
    await answerable(page, 1);
    await stage(host, "question");
    await scene.server.kill();
    for (const [one, who] of [
      [page, "player"],
      [host, "host"],
    ] as const) {
      await one.waitForSelector("::-p-text(Reconnecting)", { timeout: PATIENCE.timeout });
      await shoot(one, { who, state: "15-reconnecting" });
    }
    scene.server = await startServer({ data, http: new URL(scene.server.url).host });
    await page.waitForSelector("footer [data-status=live]", { timeout: PATIENCE.timeout });
    await answerable(page, 1);
    await expect.poll(() => host.$("::-p-text(Reconnecting)"), PATIENCE).toBeNull();
  });

  async function end(here: Room, how: "removed" | "banned" | "closed"): Promise<void> {
    const rooms = here.session.client(RoomService);
    if (how === "closed") {
      await rooms.closeRoom({ roomId: here.id });
      return;
    }
    const { members } = await rooms.listMembers({ roomId: here.id });
    const userId = members.find(({ nickname }) => nickname === "Kay")?.userId ?? "";
    const who = { roomId: here.id, userId, reason: "Use your own name, please" };
    await (how === "removed" ? rooms.removeMember(who) : rooms.banUser(who));
  }
});
