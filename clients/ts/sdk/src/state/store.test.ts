// Listeners of a store, in an environment without `reportError`.
// @vitest-environment node
import { expect, test } from "vitest";
import { createStore } from "./store.js";

test("a listener that throws keeps nobody else from hearing, and is told to the environment", async () => {
  const told = new Promise<unknown>((resolve) => {
    const others = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    process.once("uncaughtException", (error) => {
      for (const other of others) process.on("uncaughtException", other);
      resolve(error);
    });
  });
  const store = createStore(1);
  const heard: number[] = [];
  store.subscribe(() => {
    throw new Error("broken");
  });
  store.subscribe(() => heard.push(store.get()));
  store.set(2);
  expect(heard).toEqual([2]);
  expect(await told).toMatchObject({ message: "broken" });
});
