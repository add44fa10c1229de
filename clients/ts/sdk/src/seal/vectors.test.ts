// What this side has sealed, and what the Rust side has: both are opened here, and in Rust.
//
// `UPDATE_VECTORS=1 npx vitest run src/seal/vectors` makes this side's file anew; its keys are random.
// @vitest-environment node

import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { checkVectors, makeVectors, type Vectors } from "./fake/vectors.js";

const file = (name: string) => new URL(`../../../../../tests/vectors/${name}.json`, import.meta.url);
const OWN = file("sealed-typescript");

test.runIf(process.env.UPDATE_VECTORS)("vectors are made", async () => {
  writeFileSync(OWN, `${JSON.stringify(await makeVectors(), undefined, 1)}\n`);
});

test.each(["sealed-typescript", "sealed"])("%s.json is opened", async (name) => {
  const vectors = JSON.parse(readFileSync(file(name), "utf8")) as Vectors;
  expect(vectors.messages.length).toBeGreaterThan(0);
  await checkVectors(vectors);
});
