// The screens of the app beside those of a running game, as a table: a row is a name, and how to get there.
//
// What holds for every screen is tested by walking through it (`access.test`), so that a new screen is a new row. The states of
// a game are walked through by playing one.

import { Role, RoomService } from "@trivium/client/proto";
import type { Page } from "puppeteer-core";
import { button, choose, messageOf, openTab, press, reads, say } from "../talk/hands.js";
import { comeIn, PATIENCE, stage } from "./pages.js";
import { quizOf, TWELVE } from "./quiz.js";
import type { Room, Scene } from "./scene.js";

/** What the way to a screen may use. */
export interface Way {
  readonly scene: Scene;
  /** A fresh page. */
  readonly page: Page;
  /** A room in its lobby, with a quiz of all kinds and one player. */
  readonly room: Room;
}

/** A screen, and how to get there. */
export interface Screen {
  readonly name: string;
  open(way: Way): Promise<void>;
}

/** The screens. */
export const SCREENS: readonly Screen[] = [
  at("home", "/"),
  at("nowhere", "/nowhere"),
  at("player-code", "/play"),
  at("player-join", (room) => `/play/${room.code}`),
  { name: "player-no-room", open: async (way) => intoTheDark(way) },
  { name: "player-lobby", open: ({ page, scene, room }) => comeIn(page, scene.server, room.code, "Lobelia") },
  { name: "player-settings", open: (way) => drawer(way, "Settings") },
  { name: "player-chat", open: (way) => talk(way, (some) => drawer(some, "Chat")) },
  { name: "player-search", open: (way) => talk(way, (some) => drawer(some, "Chat", "Seeker"), "Search messages") },
  at("host-setup", "/host"),
  { name: "host-lobby", open: host },
  ...["Players", "Chat", "Settings", "Phone remote"].map((label) => ({
    name: `host-${label.toLowerCase().replace(" ", "-")}`,
    open: (way: Way) => panel(way, label),
  })),
  { name: "host-player", open: (way) => player(way) },
  { name: "host-keys", open: (way) => keys(way) },
  at("remote-code", "/remote"),
  { name: "remote", open: (way) => remote(way) },
  at("studio", "/studio"),
  { name: "studio-quiz", open: (way) => studio(way) },
  at("results", (room) => `/results/${room.id}`),
  at("demo", "/demo-realtime"),
  ...["Search messages", "Pinned messages", "Moderation"].map((label) => ({
    name: `demo-${label.toLowerCase().replace(" ", "-")}`,
    open: (way: Way) => talk(way, demo, label),
  })),
  { name: "demo-thread", open: (way) => thread(way) },
  { name: "demo-member", open: (way) => member(way) },
  { name: "demo-inbox", open: (way) => inbox(way) },
  { name: "demo-private", open: (way) => device(way) },
  { name: "demo-sealed", open: (way) => sealed(way) },
  { name: "player-report", open: (way) => report(way) },
  { name: "host-moderation", open: (way) => talk(way, (some) => panel(some, "Chat"), "Moderation") },
];

function at(name: string, path: string | ((room: Room) => string)): Screen {
  return { name, open: (way) => heading(way, typeof path === "string" ? path : path(way.room)) };
}

async function heading({ scene, page }: Way, path: string): Promise<void> {
  await page.goto(`${scene.server.url}${path}`);
  await page.waitForSelector("h1", { timeout: PATIENCE.timeout });
  // Where lists are read from the server, the heading is there before them.
  await page.waitForNetworkIdle({ idleTime: 200, concurrency: 2, timeout: PATIENCE.timeout });
}

async function intoTheDark(way: Way): Promise<void> {
  await heading(way, "/play/ZZZZZZZZ");
  await way.page.locator("form button[type=submit]").click();
  await way.page.waitForSelector("::-p-text(This door stays shut)", { timeout: PATIENCE.timeout });
}

async function drawer({ page, scene, room }: Way, label: string, name = `Drawn to ${label}`): Promise<void> {
  await comeIn(page, scene.server, room.code, name);
  await page.locator(`header button[aria-label="${label}"]`).click();
  await page.waitForSelector("[role=dialog]", { timeout: PATIENCE.timeout });
}

/** A chat with something in it, and what can be opened beside it. */
async function talk(way: Way, open: (way: Way) => Promise<void>, label?: string): Promise<void> {
  await way.room.say("Hello **you**, see https://example.org/a");
  await open(way);
  await way.page.waitForSelector("[role=log] article", { timeout: PATIENCE.timeout });
  if (label === undefined) return;
  await way.page.locator(`button[aria-label^="${label}"][aria-expanded]`).click();
  await way.page.waitForSelector(`section[aria-label^="${label.split(" ")[0]}"]`, { timeout: PATIENCE.timeout });
}

async function thread(way: Way): Promise<void> {
  await talk(way, demo);
  await choose(way.page, "Hello you", "Reply in a thread");
  await say(way.page, "More about this", "Reply in the thread");
  await messageOf(way.page, "More about this", "section[aria-label=Thread]");
}

async function member(way: Way): Promise<void> {
  await demoPlace(way, "Rooms");
  await press(way.page, "::-p-xpath(//*[@data-panel='presence']//li//button)");
  await way.page.waitForSelector("[role=dialog]", { timeout: PATIENCE.timeout });
}

async function inbox(way: Way): Promise<void> {
  await demoPlace(way, "Room");
  await openTab(way.page, "Inbox");
  await press(way.page, button("What to hear"));
  await reads(way.page, "Do not disturb for");
}

async function device(way: Way): Promise<void> {
  await demoPlace(way, "Room");
  await openTab(way.page, "Private");
  await reads(way.page, "(this one)");
}

/** A private conversation with the operator's safety numbers beside it. */
async function sealed({ page, scene }: Way): Promise<void> {
  const asked = { userIds: ["somebody"], endToEnd: true };
  const { room } = await scene.session.client(RoomService).openConversation(asked);
  await page.goto(`${scene.server.url}/demo-realtime?room=${room?.id}`);
  await page.waitForSelector("textarea", { timeout: PATIENCE.timeout });
  await press(page, button("Safety numbers and devices"));
  await reads(page, "Your devices");
}

async function report(way: Way): Promise<void> {
  await talk(way, (some) => drawer(some, "Chat", "Reporter"));
  await choose(way.page, "Hello you", "Report");
  await reads(way.page, "What is wrong with it?");
}

/** The demo page on a phone, at one of its places. */
async function demoPlace(way: Way, name: string): Promise<void> {
  await demo(way);
  await press(way.page, `::-p-xpath(//*[@role="tab"][normalize-space(.)="${name}"])`);
}

async function demo({ page, scene, room }: Way): Promise<void> {
  await page.goto(`${scene.server.url}/demo-realtime?room=${room.id}`);
  await page.waitForSelector("h1", { timeout: PATIENCE.timeout });
}

async function host({ page, scene, room }: Way): Promise<void> {
  await page.goto(`${scene.server.url}/host/${room.id}`);
  await stage(page, "lobby");
}

async function panel(way: Way, label: string): Promise<void> {
  await host(way);
  await way.page.locator(`button[aria-label^="${label}"][aria-expanded]`).click();
  await way.page.waitForSelector("aside", { timeout: PATIENCE.timeout });
}

async function player(way: Way): Promise<void> {
  await host(way);
  await way.page.locator('button[aria-label^="Manage "]').click();
  await way.page.waitForSelector("aside", { timeout: PATIENCE.timeout });
}

async function keys(way: Way): Promise<void> {
  await host(way);
  await way.page.keyboard.type("?");
  await way.page.waitForSelector("[role=dialog]", { timeout: PATIENCE.timeout });
}

async function remote({ page, scene, room }: Way): Promise<void> {
  const rooms = scene.session.client(RoomService);
  const { invitation } = await rooms.createInvitation({ roomId: room.id, role: Role.CO_HOST });
  await page.goto(`${scene.server.url}/remote?code=${invitation?.code}`);
  await page.waitForSelector("main h1", { timeout: PATIENCE.timeout });
}

async function studio(way: Way): Promise<void> {
  const { QuizService } = await import("@trivium/client/proto");
  const { quiz } = await way.scene.session.client(QuizService).createQuiz({ quiz: quizOf(TWELVE) });
  await heading(way, `/studio/${quiz?.id}`);
}
