// People with accounts: a token each, as the server's own program makes it, and the page on which everything of talk is.
//
// Neighbours: `hands` does things on that page, `terminal` is an account without a browser.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { TriviumSession } from "@trivium/client";
import type { Page } from "puppeteer-core";
import { PATIENCE } from "../game/pages.js";
import { BINARY, type Server } from "../harness/index.js";

const run = promisify(execFile);

/** Somebody's token, signed with the secret in the server's data directory. */
export async function tokenOf(data: string, userId: string, name: string): Promise<string> {
  const { stdout } = await run(BINARY, ["token", "--sub", userId, "--name", name, "--data", data], { env: {} });
  return stdout.trim();
}

/** Somebody's session without a page. */
export async function sessionOf(server: Server, token: string): Promise<TriviumSession> {
  const { connectTrivium } = await import("@trivium/client");
  return connectTrivium({ url: server.url, token, seats: null, tab: null });
}

/** Opens the demo page as somebody, in a room if one is named. */
export async function enterDemo(page: Page, server: Server, token: string, roomId = ""): Promise<void> {
  await page.goto(`${server.url}/demo-realtime${roomId === "" ? "" : `?room=${roomId}`}#token=${token}`);
  await page.waitForSelector("[data-panel=rooms]", { timeout: PATIENCE.timeout });
}
