// A player in a terminal: `trivium play`, answering by itself and telling its story in JSON lines.

import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { BINARY, type Server } from "../harness/index.js";
import type { Item } from "./quiz.js";
import type { Row } from "./standings.js";

const run = promisify(execFile);

/** What became of a game. */
export interface Played {
  readonly roads: readonly string[];
  readonly nickname: string;
  /** Answers that the server took. */
  readonly accepted: number;
  /** Answers that it did not take. */
  readonly refused: readonly string[];
  readonly ranking: readonly Row[];
}

interface Line {
  type: "joined" | "connected" | "event" | "answered" | "refused" | "ended";
  nickname?: string;
  road?: string;
  reason?: string;
  standings?: { rank?: number; name?: string; pointsTenths?: number }[];
}

/** Plays to the end of the game. */
export async function playInTerminal(
  server: Server,
  code: string,
  name: string,
  items: readonly Item[],
): Promise<Played> {
  const folder = await mkdtemp(join(tmpdir(), "trivium-terminal-"));
  try {
    const file = join(folder, "answers");
    await writeFile(file, items.map(({ typed }) => typed).join("\n"));
    const options = ["--name", name, "--answers", `@${file}`, "--think", "0s", "--road", "grpc", "--json"];
    const { stdout } = await run(BINARY, ["play", code, "--server", server.url, ...options], {
      env: {},
      maxBuffer: 16 * 1024 * 1024,
    });
    return told(stdout.trim().split("\n"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function told(lines: readonly string[]): Played {
  const said = lines.map((line) => JSON.parse(line) as Line);
  const standings = said.findLast(({ type }) => type === "ended")?.standings ?? [];
  return {
    roads: said.flatMap(({ road }) => road ?? []),
    nickname: said.find(({ type }) => type === "joined")?.nickname ?? "",
    accepted: said.filter(({ type }) => type === "answered").length,
    refused: said.flatMap(({ type, reason }) => (type === "refused" ? [reason ?? ""] : [])),
    ranking: standings.map(({ rank = 0, name = "", pointsTenths = 0 }) => [rank, name, pointsTenths]),
  };
}
