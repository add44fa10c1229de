// Prints what each page costs before its lazy parts, and fails if the player's page is over its budget.
//
// Run after `vite build`; reads the manifest that it leaves in dist.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const DIST = fileURLToPath(new URL("../dist/", import.meta.url));
/** Most JavaScript of the player's page, gzipped, in bytes. */
const PLAYER_BUDGET = 200_000;

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

const kb = (bytes) => `${(bytes / 1000).toFixed(1)} kB`.padStart(10);

const shell = [...reach("index.html")];
const pages = Object.keys(manifest).filter((key) => /^src\/features\/[^/]+\/index\.tsx$/.test(key));
let failed = false;
console.log("gzipped, before lazy parts".padEnd(28), "scripts".padStart(10), "styles".padStart(10));
for (const [name, keys] of [
  ["shell", shell],
  ...pages.map((key) => [key.split("/")[2], [...new Set([...shell, ...reach(key)])]]),
]) {
  const { scripts, styles } = weigh(keys);
  const over = name === "player" && scripts > PLAYER_BUDGET;
  failed ||= over;
  console.log(name.padEnd(28), kb(scripts), kb(styles), over ? `  over its budget of ${kb(PLAYER_BUDGET).trim()}` : "");
}
if (failed) process.exit(1);
