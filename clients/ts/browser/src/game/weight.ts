// What the pages of the built app weigh: their scripts and styles before lazy parts, gzipped, by the manifest that Vite leaves.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { REPOSITORY } from "../harness/index.js";

const DIST = process.env.TRIVIUM_APP ?? join(REPOSITORY, "clients/ts/app/dist");
const ENTRY = "index.html";
const PAGE = /^src\/features\/([^/]+)\/index\.tsx$/;

interface Chunk {
  readonly file: string;
  readonly css?: readonly string[];
  readonly imports?: readonly string[];
}

/** Bytes of gzip. */
export interface Weight {
  readonly scripts: number;
  readonly styles: number;
}

/** The weight of each page by the name of its feature; of the player also as it is once the game has been loaded. */
export function weights(): ReadonlyMap<string, Weight> {
  const manifest = JSON.parse(readFileSync(join(DIST, ".vite/manifest.json"), "utf8")) as Record<string, Chunk>;
  const pages = Object.keys(manifest).flatMap((key): [string, string[]][] => {
    const name = PAGE.exec(key)?.[1];
    return name === undefined ? [] : [[name, [key]]];
  });
  const game = ["src/features/player/index.tsx", "src/features/player/Game.tsx", "../sdk/src/index.ts"];
  const all: [string, string[]][] = [["shell", []], ...pages, ["player in a game", game]];
  return new Map(all.map(([name, keys]) => [name, weigh(manifest, [ENTRY, ...keys])]));
}

/** Chunks with everything that they import at once, each counted once. */
function weigh(manifest: Readonly<Record<string, Chunk>>, keys: readonly string[]): Weight {
  const seen = new Set<string>();
  const files = { scripts: new Set<string>(), styles: new Set<string>() };
  const visit = (key: string) => {
    if (seen.has(key)) return;
    seen.add(key);
    const chunk = manifest[key];
    if (!chunk) throw new Error(`the manifest of the app has no ${key}`);
    files.scripts.add(chunk.file);
    for (const style of chunk.css ?? []) files.styles.add(style);
    for (const next of chunk.imports ?? []) visit(next);
  };
  for (const key of keys) visit(key);
  const sum = (names: Set<string>) =>
    [...names].reduce((bytes, name) => bytes + gzipSync(readFileSync(join(DIST, name)), { level: 9 }).length, 0);
  return { scripts: sum(files.scripts), styles: sum(files.styles) };
}
