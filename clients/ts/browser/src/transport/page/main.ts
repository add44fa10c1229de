// The page: runs one case at a time, each in a session of its own, as `transport.test.ts` asks.

import { cases } from "./cases.js";
import { open } from "./stage.js";

const CASE_MS = 15_000;

declare global {
  interface Window {
    /** Runs a case against a server; resolves to why it failed, or to nothing. */
    runCase(name: string, server: string): Promise<string | undefined>;
  }
}

const unhandled: unknown[] = [];
addEventListener("unhandledrejection", (event) => unhandled.push(event.reason));

window.runCase = async (name, server) => {
  const late = new Promise<never>((_, reject) => setTimeout(() => reject(new Error("it takes too long")), CASE_MS));
  const run = async () => {
    const stage = await open(server);
    await cases[name]?.(stage);
    stage.opened.webTransport.close();
  };
  try {
    await Promise.race([run(), late]);
    // Rejections are reported after the tasks that caused them.
    await new Promise((done) => setTimeout(done, 0));
    if (unhandled.length > 0) throw new Error(`nobody handled: ${unhandled.splice(0).map(String).join(", ")}`);
    return undefined;
  } catch (error) {
    return error instanceof Error ? `${error}\n${error.stack}\n${error.cause ?? ""}` : String(error);
  }
};
