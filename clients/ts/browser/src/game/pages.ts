// The pages of people in a game: opened each in a browser context of its own, and waited for by what they show.
//
// Neighbours: `hands` answers in them, `shots` photographs them.

import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Road, TriviumSession } from "@trivium/client";
import { type QuizSchema, QuizService, RoomKind, RoomService } from "@trivium/client/proto";
import type { Browser, Page, Viewport } from "puppeteer-core";
import { expect } from "vitest";
import type { Server } from "../harness/index.js";

/** How long a state may take to come, on a machine that has much to do. */
export const PATIENCE = { timeout: 30_000, interval: 50 } as const;

/** A phone in the hand. */
export const PHONE: Viewport = { width: 390, height: 844 };
/** A projector. */
export const PROJECTOR: Viewport = { width: 1_920, height: 1_080 };

/** Somebody at a page. */
export interface Somebody {
  readonly page: Page;
  /** Errors that the page has told of: of scripts, and whatever its policy refused. */
  readonly troubles: string[];
  close(): Promise<void>;
}

/** Opens an empty page that shares nothing with others. */
export async function somebody(browser: Browser, viewport: Viewport): Promise<Somebody> {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.setViewport(viewport);
  const troubles: string[] = [];
  page.on("pageerror", (error) => troubles.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") troubles.push(message.text());
  });
  return { page, troubles, close: () => context.close() };
}

/** The local operator's session, for what suites prepare and compare. */
export async function operator(server: Server): Promise<TriviumSession> {
  const { connectTrivium } = await import("@trivium/client");
  const answer = await fetch(`${server.url}/operator/token`, { method: "POST" });
  const { token } = (await answer.json()) as { token: string };
  return connectTrivium({ url: server.url, token, seats: null, tab: null });
}

/** A room with a quiz in it, made without a page. */
export async function makeRoom(
  session: TriviumSession,
  quiz: MessageInitShape<typeof QuizSchema>,
): Promise<{ roomId: string; code: string }> {
  const { quiz: made } = await session.client(QuizService).createQuiz({ quiz });
  const { room } = await session.client(RoomService).createRoom({ kind: RoomKind.QUIZ, title: quiz.title ?? "" });
  await session.client(QuizService).loadQuiz({ roomId: room?.id ?? "", quizId: made?.id ?? "" });
  return { roomId: room?.id ?? "", code: room?.joinCode ?? "" };
}

/** Comes in as a player: types the name, taps the button, waits for the lobby or whatever the room is at. */
export async function comeIn(page: Page, server: Server, code: string, name: string, road?: Road): Promise<void> {
  await page.goto(`${server.url}/play/${code}${road === undefined ? "" : `?road=${road}`}`);
  await page.locator("form input[autocomplete=nickname]").fill(name);
  await page.locator("form button[type=submit]").click();
  await page.waitForSelector("main[data-phase]", { timeout: PATIENCE.timeout });
}

/** Waits until the host's page is on this stage. */
export async function stage(page: Page, name: string): Promise<void> {
  await page.waitForSelector(`main[data-stage="${name}"]`, { timeout: PATIENCE.timeout });
}

/** The host's next step, by its key, until the stage is there. */
export async function next(page: Page, name: string): Promise<void> {
  await page.waitForSelector("[aria-keyshortcuts=Space]:not([aria-disabled])", { timeout: PATIENCE.timeout });
  await page.keyboard.press(" ");
  await stage(page, name);
}

/** Waits until a player's page is in this state of the game, such as `OPEN`. */
export async function phase(page: Page, name: string): Promise<void> {
  await page.waitForSelector(`main[data-phase="${name}"]`, { timeout: PATIENCE.timeout });
}

/** Waits until question `number`, from 1, can be answered in this page. */
export async function answerable(page: Page, number: number): Promise<void> {
  await phase(page, "OPEN");
  await expect.poll(() => question(page), PATIENCE).toBe(number);
  const ways = "main button[aria-pressed]:not([aria-disabled=true]), main input:not([readonly]), main select";
  await page.waitForSelector(ways, { timeout: PATIENCE.timeout });
}

/** The number of the question on show, from 1. */
export async function question(page: Page): Promise<number> {
  const text = await page.$eval("header", (header) => header.textContent ?? "");
  return Number(/(\d+) \/ \d+/.exec(text)?.[1] ?? 0);
}

/** Waits until the server has the answer: only then the page says so. */
export async function locked(page: Page): Promise<void> {
  await page.waitForSelector('main [role=status] [data-tone="good"]', { timeout: PATIENCE.timeout });
}

/** The road that the page says it is on. */
export async function road(page: Page): Promise<Road | undefined> {
  const title = await page.$eval("footer [data-status]", (chip) => chip.getAttribute("title") ?? "").catch(() => "");
  if (title.includes("WebTransport")) return "webtransport";
  return title.includes("gRPC-Web") ? "grpc-web" : undefined;
}

/** What the server counts of broken policies: nothing, if all is well. */
export async function policyReports(server: Server): Promise<string[]> {
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  return metrics.split("\n").filter((line) => line.startsWith("trivium_csp_reports_total"));
}
