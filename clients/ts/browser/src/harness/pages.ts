// Test pages: bundled with Vite, served on the loopback interface, photographed.

import { mkdir } from "node:fs/promises";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "puppeteer-core";
import { build } from "vite";
import { REPOSITORY } from "./servers.js";

/** Sources of `@trivium/client`, so that suites need no build of it. */
export const CLIENT_SOURCES = fileURLToPath(new URL("../../../sdk/src/", import.meta.url));

/** How imports of the client are found. */
export const CLIENT_ALIASES = [
  { find: /^@trivium\/client$/, replacement: `${CLIENT_SOURCES}index.ts` },
  { find: /^@trivium\/client\/(proto)$/, replacement: `${CLIENT_SOURCES}$1.ts` },
  { find: /^@trivium\/client\/(\w+)$/, replacement: `${CLIENT_SOURCES}$1/index.ts` },
];

/** A served page. */
export interface ServedPage {
  /** Its origin, by address. */
  readonly url: string;
  close(): Promise<void>;
}

/** Bundles a script and serves a page that runs it. */
export async function servePage(script: string): Promise<ServedPage> {
  const { entry, chunks } = await bundle(script);
  const page = `<!doctype html><title>test</title><script type="module" src="/${entry}"></script>`;
  const server = createServer((request, response) => {
    const code = chunks.get(request.url?.slice(1) ?? "");
    response.setHeader("content-type", code === undefined ? "text/html; charset=utf-8" : "text/javascript");
    response.end(code ?? page);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("it listens on TCP");
  const close = () =>
    new Promise<void>((closed) => {
      server.close(() => closed());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${address.port}`, close };
}

/** The scripts by their paths: what is loaded later is in files of its own. */
async function bundle(script: string): Promise<{ entry: string; chunks: ReadonlyMap<string, string> }> {
  const built = await build({
    configFile: false,
    logLevel: "warn",
    root: dirname(script),
    resolve: { alias: CLIENT_ALIASES },
    build: { write: false, target: "es2022", minify: false, modulePreload: false, rollupOptions: { input: script } },
  });
  const outputs = "output" in built ? built.output : [];
  const chunks = outputs.flatMap((output) => (output.type === "chunk" ? [output] : []));
  const entry = chunks.find(({ isEntry }) => isEntry);
  if (entry === undefined) throw new Error(`${script} makes no script`);
  return { entry: entry.fileName, chunks: new Map(chunks.map(({ fileName, code }) => [fileName, code])) };
}

/** Photographs a page as `target/screenshots/NAME.png`, and returns where that is. `name` may have folders. */
export async function screenshot(page: Page, name: string): Promise<string> {
  const path = join(REPOSITORY, "target/screenshots", `${name}.png`) as `${string}.png`;
  await mkdir(dirname(path), { recursive: true });
  await page.screenshot({ path });
  return path;
}
