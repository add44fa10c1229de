// A real server for a test: the built binary on a free port of the loopback address, with a data directory of its own.
//
// Neighbours: `person` talks to it.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The binary: `TRIVIUM_BIN`, or what cargo builds. */
export const BINARY =
  process.env.TRIVIUM_BIN ?? fileURLToPath(new URL("../../../../../../target/debug/trivium", import.meta.url));

/** Whether there is a server to test against. */
export const hasServer = existsSync(BINARY);

/** The variable that names the binary is ours: the server would take it for a setting. */
const ENV = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("TRIVIUM_")));
const LIMITS = "[limits]\nchat_per_second = 1000\ncommands_per_second = 1000\n";

/** A running server. */
export interface Server {
  readonly url: string;
  /** A token for an account. */
  token(userId: string): string;
  stop(): Promise<void>;
}

/** Starts one, and waits until it listens. */
export async function startServer(): Promise<Server> {
  const dir = mkdtempSync(join(tmpdir(), "trivium-state-"));
  const config = join(dir, "trivium.toml");
  writeFileSync(config, LIMITS);
  const args = [
    "serve",
    "--config",
    config,
    "--data",
    dir,
    "--http",
    "127.0.0.1:0",
    "--no-webtransport",
    "--log-format",
    "json",
  ];
  const child = spawn(BINARY, args, { stdio: ["ignore", "ignore", "pipe"], env: ENV });
  const url = await listening(child);
  return {
    url,
    token: (userId) =>
      execFileSync(BINARY, ["token", "--sub", userId, "--name", userId, "--data", dir], { encoding: "utf8" }).trim(),
    async stop() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function listening(child: ChildProcess): Promise<string> {
  const said: string[] = [];
  if (child.stderr === null) throw new Error("the log is piped");
  for await (const line of createInterface({ input: child.stderr })) {
    said.push(line);
    const address = /"http":"([^"]+)"/.exec(line)?.[1];
    if (address !== undefined) {
      child.stderr.resume();
      return `http://${address}`;
    }
  }
  throw new Error(`the server did not start:\n${said.join("\n")}`);
}
