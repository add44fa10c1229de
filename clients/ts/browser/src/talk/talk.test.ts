// A class that talks: a teacher and a pupil in two browsers, each at the page with all of talk, and a classmate without one.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TriviumSession } from "@trivium/client";
import { ChatService, ModerationService, ReportReason, RoomKind, RoomService } from "@trivium/client/proto";
import type { Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PATIENCE, PROJECTOR, policyReports } from "../game/pages.js";
import { Scene } from "../game/scene.js";
import { leaveOut } from "../harness/index.js";
import { enterDemo, sessionOf, tokenOf } from "./accounts.js";
import {
  button,
  choose,
  fill,
  messageOf,
  openTab,
  press,
  pressIn,
  reads,
  say,
  saysNoMore,
  section,
  shows,
  textOf,
} from "./hands.js";

/** In which a search or a thread has the place of the messages; a projector has room for both. */
const WINDOW = { width: 1_400, height: 1_000 };
const HOSTILE = '<img src=x onerror="window.hacked=1"> **not bold';

describe.skipIf(leaveOut("chromium"))("a class that talks", () => {
  let data: string;
  let scene: Scene;
  let roomId: string;
  let teacher: Page;
  let pupil: Page;
  /** Of the classmate, who has no page. */
  let classmate: TriviumSession;
  const tokens = new Map<string, string>();

  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), "trivium-talk-"));
    scene = await Scene.open("chromium", { data });
    for (const name of ["Teacher", "Pupil", "Classmate"]) {
      tokens.set(name, await tokenOf(data, name.toLowerCase(), name));
    }
    const owner = await sessionOf(scene.server, tokens.get("Teacher") ?? "");
    const { room } = await owner.client(RoomService).createRoom({ kind: RoomKind.CLASSROOM, title: "Class 7" });
    await owner.close();
    roomId = room?.id ?? "";
    classmate = await sessionOf(scene.server, tokens.get("Classmate") ?? "");
    await classmate.client(RoomService).joinRoom({ joinCode: room?.joinCode ?? "" });

    teacher = (await scene.somebody(PROJECTOR)).page;
    await enterDemo(teacher, scene.server, tokens.get("Teacher") ?? "", roomId);
    pupil = (await scene.somebody(WINDOW)).page;
    await enterDemo(pupil, scene.server, tokens.get("Pupil") ?? "");
    await fill(pupil, "Join by code", room?.joinCode ?? "");
    await press(pupil, button("Join"));
    await reads(pupil, "Class 7", "[data-panel=chat]");
  });

  afterAll(async () => {
    await classmate?.close();
    await scene?.close();
    await rm(data, { recursive: true, force: true });
  });

  test("a thread, a reaction, another text, a pin", async () => {
    await say(teacher, "Welcome to the class");
    await choose(pupil, "Welcome", "Reply in a thread");
    await say(pupil, "Thank you for having us", "Reply in the thread");
    await shows(teacher, "Welcome", "1 answer");
    await pressIn(teacher, "Welcome", "1 answer");
    await reads(teacher, "Thank you for having us", "section[aria-label=Thread]");
    await press(teacher, button("Close", section("Thread")));
    await press(pupil, button("Close", section("Thread")));

    await choose(pupil, "Welcome", "Thumbs up");
    await shows(teacher, "Welcome", "👍 1");

    await choose(teacher, "Welcome", "Edit");
    await say(teacher, "Welcome to class seven");
    await shows(pupil, "Welcome to class seven", "edited");
    await pressIn(teacher, "Welcome", "edited");
    await reads(teacher, "Welcome to the class", "[role=dialog]");
    await teacher.keyboard.press("Escape");

    await choose(teacher, "Welcome", "Pin");
    await press(pupil, button("Pinned messages: 1"));
    await reads(pupil, "Welcome to class seven", 'section[aria-label="Pinned messages"]');
    await press(pupil, button("Close", section("Pinned messages")));
  });

  test("a message among many is found, and jumped to", async () => {
    const chat = classmate.client(ChatService);
    for (let n = 0; n < 70; n += 1) await chat.sendMessage({ roomId, text: n === 5 ? "the needle in it" : `hay ${n}` });
    await messageOf(pupil, "hay 69");
    await press(pupil, button("Search messages"));
    await fill(pupil, "Words to find", "needle");
    await press(pupil, `::-p-xpath(${section("Search")}//li//button)`);
    const found = await messageOf(pupil, "the needle in it");
    await expect.poll(() => found.isIntersectingViewport(), PATIENCE).toBe(true);
    await expect.poll(() => found.evaluate((each) => each === document.activeElement), PATIENCE).toBe(true);
    // There is no room for both: the search has made room.
    await press(pupil, "::-p-xpath(//button[starts-with(normalize-space(.), 'Jump to latest')])");
    await messageOf(pupil, "hay 69");
  });

  test("who has read a message is seen at it", async () => {
    await say(teacher, "Has everybody read this?");
    await messageOf(pupil, "Has everybody read this?");
    await shows(teacher, "Has everybody", "Read by 1 of 2");
    await pressIn(teacher, "Has everybody", "Read by");
    await reads(teacher, "Read by 1, delivered to", "[role=dialog]");
    await reads(teacher, "Pupil", "[role=dialog]");
    await teacher.keyboard.press("Escape");
  });

  test("a hand goes up, and is taken", async () => {
    await press(pupil, button("Raise hand"));
    await reads(teacher, "1 raised hand");
    await press(teacher, button("Lower the hand of Pupil"));
    await pupil.waitForSelector(button("Raise hand"));
  });

  test("a report is settled, and who is muted is told why", async () => {
    await classmate.client(ChatService).sendMessage({ roomId, text: "You are all stupid" });
    await choose(pupil, "You are all stupid", "Report");
    await press(pupil, "::-p-xpath(//label[normalize-space(.)='It attacks somebody'])");
    await fill(pupil, "In your own words", "That hurts");
    await press(pupil, button("Report to the hosts"));
    await press(teacher, button("Moderation: 1"));
    await reads(teacher, "That hurts", "section[aria-label=Moderation]");
    await press(teacher, button("Delete", section("Moderation")));
    await saysNoMore(pupil, "You are all stupid");

    await say(pupil, "You are stupid yourself");
    const { seq } = await said("You are stupid yourself");
    await classmate
      .client(ModerationService)
      .reportMessage({ roomId, messageSeq: seq, reason: ReportReason.HARASSMENT, text: "" });
    await press(teacher, button("Delete and mute for a day", section("Moderation")));
    await reads(pupil, "A host has muted you until");
    await saysNoMore(pupil, "You are stupid yourself");

    await openTab(teacher, "Mutes and bans");
    await press(teacher, button("End the mute: Pupil"));
    await say(pupil, "I am sorry");
    await messageOf(teacher, "I am sorry");
    await openTab(teacher, "Log");
    await reads(teacher, "ended the mute of Pupil", "section[aria-label=Moderation]");
  });

  test("a rule for words is tried, and holds", async () => {
    await openTab(teacher, "Rules");
    await press(teacher, button("Add a rule"));
    await fill(teacher, "Rule 1: pattern", "ban*na");
    await fill(teacher, "Try the rules", "A big banana");
    await reads(teacher, "It would be refused.");
    await fill(teacher, "Try the rules", "A big pear");
    await reads(teacher, "No rule matches");
    await press(teacher, button("Save rules"));
    await reads(teacher, "Rules saved.");
    await press(teacher, button("Close", section("Moderation")));
    await say(pupil, "Who wants a banana?");
    await shows(pupil, "Who wants a banana?", "This text is not allowed in this room.");
    await pressIn(pupil, "Who wants a banana?", "Discard");
    await saysNoMore(pupil, "banana");
  });

  test("a picture and a file go up, and come down", async () => {
    const folder = await mkdtemp(join(data, "files-"));
    const picture = join(folder, "board.png");
    await writeFile(picture, await teacher.screenshot({ clip: { x: 0, y: 0, width: 300, height: 200 } }));
    const notes = join(folder, "notes.txt");
    await writeFile(notes, "What was on the board\n");
    const input = await teacher.waitForSelector("[data-panel=chat] input[type=file]");
    await (input as unknown as { uploadFile(...paths: string[]): Promise<void> }).uploadFile(picture, notes);
    await reads(teacher, "notes.txt", "[data-panel=chat] form");
    // Both are there, and can be sent. A bar of which nothing has been drawn yet would count as hidden.
    await expect.poll(() => teacher.$("[data-panel=chat] form [role=progressbar]"), PATIENCE).toBeNull();
    await say(teacher, "From the board");
    const message = await messageOf(pupil, "From the board");
    const drawn = () =>
      message.$$eval("img[alt='board.png']", ([img]) => (img as HTMLImageElement | undefined)?.naturalWidth);
    await expect.poll(drawn, PATIENCE).toBe(300);

    const downloads = await pupil.createCDPSession();
    await downloads.send("Page.setDownloadBehavior", { behavior: "allow", downloadPath: join(folder, "down") });
    await pressIn(pupil, "From the board", "notes.txt");
    const down = () => readFile(join(folder, "down/notes.txt"), "utf8").catch(() => "");
    await expect.poll(down, PATIENCE).toBe("What was on the board\n");
  });

  test("whoever is elsewhere is told of a mention, by a toast and in the inbox", async () => {
    await pupil.goto(`${scene.server.url}/demo-realtime`);
    await openTab(pupil, "Inbox");
    await reads(pupil, "0 unread", "[data-panel=inbox]");
    await say(teacher, `@Pupil look: ${HOSTILE}`);
    await reads(pupil, "Teacher mentions you", "[data-sonner-toast]");
    await reads(pupil, "1 unread", "[data-panel=inbox]");
    await reads(pupil, "Teacher mentions you", "[data-panel=inbox]");
    await press(pupil, `::-p-xpath(//*[@data-panel="inbox"]//li//button)`);
    await messageOf(pupil, HOSTILE);
    await shows(teacher, HOSTILE, "Read by 1 of 2");
    await openTab(pupil, "Inbox");
    await reads(pupil, "0 unread", "[data-panel=inbox]");
  });

  test("after a reload everything is there, and the unread count is right", async () => {
    await pupil.goto(`${scene.server.url}/demo-realtime`);
    await reads(pupil, "Class 7", "[data-panel=rooms]");
    for (const text of ["First news", "Second news", "Third news"]) await say(teacher, text);
    const unread = () => textOf(pupil, "[data-panel=rooms] li");
    await expect.poll(unread, PATIENCE).toContain("3 unread messages");
    await pupil.reload();
    await expect.poll(unread, PATIENCE).toContain("3 unread messages");
    await press(pupil, "::-p-xpath(//*[@data-panel='rooms']//li//button[contains(., 'Class 7')])");
    await messageOf(pupil, "Third news");
    await expect.poll(unread, PATIENCE).not.toContain("unread");
    await pupil.reload();
    await messageOf(pupil, "Third news");
    await messageOf(pupil, "From the board");
    await press(pupil, button("Pinned messages: 1"));
    await reads(pupil, "Welcome to class seven", 'section[aria-label="Pinned messages"]');
    expect(await unread()).not.toContain("unread");
  });

  test("nothing ran, nothing broke, and no policy", async () => {
    for (const page of [teacher, pupil]) expect(await page.evaluate(() => "hacked" in window)).toBe(false);
    expect(scene.people.flatMap(({ troubles }) => troubles)).toEqual([]);
    expect(await policyReports(scene.server)).toEqual([]);
  });

  /** The newest message of this text, as the server has it. */
  async function said(text: string) {
    const found = async () => {
      const { messages } = await classmate.client(ChatService).listMessages({ roomId, pageSize: 20 });
      return messages.find((each) => each.text === text);
    };
    await expect.poll(found, PATIENCE).toBeDefined();
    const message = await found();
    if (message === undefined) throw new Error(`nobody has said ${text}`);
    return message;
  }
});
