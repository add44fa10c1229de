// A game over TLS, as it is played in the world: browsers speak HTTP/2 then, and carry a stream and its calls on one connection.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BROWSERS, leaveOut, leaveOutTls } from "../harness/index.js";
import { answerByPointer } from "./hands.js";
import { answerable, comeIn, locked, PATIENCE, phase, policyReports, road } from "./pages.js";
import { items, quizOf, UNHURRIED } from "./quiz.js";
import { Scene } from "./scene.js";

const ITEMS = items("single", "text", "order");
/** Of Node: without it the operator's own session would refuse the certificate too. */
const CHECKS = "NODE_TLS_REJECT_UNAUTHORIZED";

for (const name of BROWSERS) {
  describe.skipIf(leaveOut(name) || leaveOutTls())(`TLS in ${name}`, () => {
    const checks = process.env[CHECKS];
    let scene: Scene;

    beforeAll(async () => {
      process.env[CHECKS] = "0";
      scene = await Scene.open(name, { tls: true });
    });

    afterAll(async () => {
      await scene?.close();
      if (checks === undefined) delete process.env[CHECKS];
      else process.env[CHECKS] = checks;
    });

    test("a quiz over HTTP/2", { timeout: 120_000 }, async () => {
      const room = await scene.room(quizOf(ITEMS, UNHURRIED));
      const { page, troubles } = await scene.somebody();
      await comeIn(page, scene.server, room.code, "Ida", "grpc-web");
      await expect.poll(() => road(page), PATIENCE).toBe("grpc-web");
      for (const [at, item] of ITEMS.entries()) {
        await room.next();
        await answerable(page, at + 1);
        await answerByPointer(page, item.right);
        await locked(page);
        await room.next();
        await phase(page, "REVEALED");
        await room.next();
      }
      const { questions } = await room.results();
      expect(questions.length).toBe(ITEMS.length);

      const protocols = await page.evaluate(() =>
        [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
          .map((entry) => (entry as PerformanceResourceTiming).nextHopProtocol)
          .filter((protocol) => protocol !== ""),
      );
      expect(new Set(protocols)).toEqual(new Set(["h2"]));
      expect(protocols.length).toBeGreaterThan(2);
      expect(troubles).toEqual([]);
      expect(await policyReports(scene.server)).toEqual([]);
    });
  });
}
