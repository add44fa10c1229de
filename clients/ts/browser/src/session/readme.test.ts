// The example in the SDK's README, as it stands there, in a browser against the real server.

import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { connectTrivium } from "@trivium/client";
import { RoomKind, RoomService } from "@trivium/client/proto";
import { expect, test } from "vitest";
import { launch, leaveOut, REPOSITORY, servePage, startServer } from "../harness/index.js";

const run = promisify(execFile);
const BINARY = process.env.TRIVIUM_BIN ?? join(REPOSITORY, "target/debug/trivium");
const README = join(REPOSITORY, "clients/ts/sdk/README.md");

test.skipIf(leaveOut("chromium"))("the example does what it says", async () => {
  const directory = await mkdtemp(join(tmpdir(), "trivium-readme-"));
  const data = join(directory, "data");
  const server = await startServer({ data, config: { "http.allowed_origins": "*" } });
  const { stdout } = await run(BINARY, ["token", "--sub", "host", "--data", data], { env: {} });
  const host = await connectTrivium({ url: server.url, token: stdout.trim(), seats: null, tab: null });
  const { room } = await host.client(RoomService).createRoom({ kind: RoomKind.QUIZ, title: "README" });
  await host.close();

  const [, example = ""] = (await readFile(README, "utf8")).match(/```ts\n([\s\S]*?)```/) ?? [];
  expect(example.trim().split("\n").length).toBeLessThanOrEqual(10);
  const script = join(directory, "example.ts");
  const here = example.replace("https://quiz.example", server.url).replace("K7QM-2RXD", room?.joinCode ?? "");
  expect(here).not.toBe(example);
  await writeFile(script, here);

  const served = await servePage(script);
  const browser = await launch("chromium");
  const said: string[] = [];
  try {
    const page = await browser.newPage();
    page.on("console", (message) => said.push(message.text()));
    page.on("pageerror", (error) => said.push(String(error)));
    await page.goto(served.url);
    await expect.poll(() => said, { timeout: 15_000 }).toContain("live 1");
    await expect.poll(() => said.some((line) => /^(webtransport|grpc-web) /.test(line))).toBe(true);
  } finally {
    await browser.close();
    await Promise.all([server.stop(), served.close()]);
    await rm(directory, { recursive: true, force: true });
  }
});
