// The ranking at the end of a game as everybody has it: pages, the server's results, and the player in the terminal.

import type { TriviumSession } from "@trivium/client";
import { QuizService } from "@trivium/client/proto";
import type { Page } from "puppeteer-core";

/** A row: rank, name, points in tenths. */
export type Row = readonly [rank: number, name: string, tenths: number];

/** The rows of the last ranking on a page: rank first, the name as the row's heading, points last. */
export async function rankingOn(page: Page): Promise<Row[]> {
  const cells = await page.$$eval("main table", (tables) =>
    [...(tables.at(-1)?.querySelectorAll("tbody tr") ?? [])].map((row) => [
      row.querySelector("td")?.firstChild?.textContent ?? "",
      row.querySelector("th bdi, th > span")?.textContent ?? "",
      row.querySelector("td:last-child")?.textContent ?? "",
    ]),
  );
  return cells.map(([rank = "", name = "", points = ""]) => [Number(rank), name, tenthsOf(points)]);
}

/** The server's own results. */
export async function rankingOf(session: TriviumSession, roomId: string): Promise<Row[]> {
  const { standings } = await session.client(QuizService).getResults({ roomId });
  return standings.map(({ rank, name, pointsTenths }) => [rank, name, pointsTenths]);
}

/** `1,234.5` as 12345. */
export function tenthsOf(points: string): number {
  return Math.round(Number(points.replaceAll(/[^\d.-]/g, "")) * 10);
}
