// Prints what each page costs before its lazy parts, and fails if the player's page is over its budget.
//
// Run after `vite build`; reads the manifest that it leaves in dist.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const DIST = fileURLToPath(new URL("../dist/", import.meta.url));
/** Most JavaScript, gzipped, in bytes: of the player's page when it opens, and of all that a game needs. */
const BUDGETS = { player: 200_000, "player, in a game": 260_000 };

const manifest = JSON.parse(readFileSync(`${DIST}.vite/manifest.json`, "utf8"));

/** A chunk and everything that it imports at once. */
function reach(key, seen = new Set()) {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const next of manifest[key].imports ?? []) reach(next, seen);
  return seen;
}

function gzipped(file) {
  return gzipSync(readFileSync(DIST + file), { level: 9 }).length;
}

function weigh(keys) {
  const scripts = new Set(keys.map((key) => manifest[key].file));
  const styles = new Set(keys.flatMap((key) => manifest[key].css ?? []));
  const sum = (files) => [...files].reduce((bytes, file) => bytes + gzipped(file), 0);
  return { scripts: sum(scripts), styles: sum(styles) };
}

function together(...keys) {
  return [...new Set(keys.flatMap((key) => [...reach(key)]))];
}

const kb = (bytes) => `${(bytes / 1000).toFixed(1)} kB`.padStart(10);

const PLAYER = "src/features/player/index.tsx";
// Loaded by the player's page while somebody types a name; its path depends on where the package lies.
const SDK = Object.keys(manifest).find((key) => key.endsWith("sdk/src/index.ts"));
if (SDK === undefined) throw new Error("the SDK is no chunk of its own: tell this script where it went");
const shell = [...reach("index.html")];
const pages = Object.keys(manifest).filter((key) => /^src\/features\/[^/]+\/index\.tsx$/.test(key));
let failed = false;
console.log("gzipped, before lazy parts".padEnd(28), "scripts".padStart(10), "styles".padStart(10));
for (const [name, keys] of [
  ["shell", shell],
  ...pages.map((key) => [key.split("/")[2], together("index.html", key)]),
  ["player, in a game", together("index.html", PLAYER, `${PLAYER.slice(0, -"index.tsx".length)}Game.tsx`, SDK)],
]) {
  const { scripts, styles } = weigh(keys);
  const budget = BUDGETS[name] ?? Number.POSITIVE_INFINITY;
  const over = scripts > budget;
  failed ||= over;
  console.log(name.padEnd(28), kb(scripts), kb(styles), over ? `  over its budget of ${kb(budget).trim()}` : "");
}
if (failed) process.exit(1);
