// A network that begins to drop UDP under a page of a player: it goes over to the other road, loses nothing, and comes back.

import type { Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BROWSERS, leaveOut, UdpRelay } from "../harness/index.js";
import { messageOf, textsOf } from "../talk/hands.js";
import { answerByPointer } from "./hands.js";
import { answerable, comeIn, locked, PATIENCE, phase, road } from "./pages.js";
import { items, quizOf } from "./quiz.js";
import { type Room, Scene } from "./scene.js";

/** Within what time a page has to be on the other road, from the first lost datagram, in milliseconds. */
const RESCUE_MS = 5_000;
/** Within what time a page without UDP has to be in the room, from the tap that asks for it, in milliseconds. */
const COLD_START_MS = 2_000;
/** The page tries the better road again after at most a minute. */
const RETURN_MS = 90_000;

declare global {
  interface Window {
    /** Kills and heals the network; resolves once that is done. */
    setUdpSilent(silent: boolean): Promise<void>;
  }
}

for (const name of BROWSERS) {
  describe.skipIf(leaveOut(name))(name, () => {
    let scene: Scene;
    let relay: UdpRelay;

    beforeAll(async () => {
      relay = await UdpRelay.to();
      const config = { "webtransport.public_url": `https://127.0.0.1:${relay.port}/wt/v1` };
      scene = await Scene.open(name, { config });
      relay.server = Number(new URL(scene.server.url).port);
    });

    afterAll(async () => {
      await scene?.close();
      relay?.close();
    });

    async function player(room: Room, nickname: string): Promise<Page> {
      const { page } = await scene.somebody();
      await page.exposeFunction("setUdpSilent", (silent: boolean) => {
        relay.silent = silent;
      });
      await comeIn(page, scene.server, room.code, nickname);
      return page;
    }

    test("the page changes the road within 5 s, loses and doubles nothing, and returns", {
      timeout: 180_000,
    }, async () => {
      const room = await scene.room(quizOf(items("single", "text")));
      const page = await player(room, "Ada");
      await expect.poll(() => road(page), PATIENCE).toBe("webtransport");
      await room.next();
      await answerable(page, 1);

      const rescued = timeToRoad(page, "gRPC-Web");
      // On dead streams: the answer of the player, and words of the host, numbered.
      const saying = sayNumbered(room, 0, 40);
      await answerByPointer(page, { tap: "Jupiter" });
      expect(await rescued, "milliseconds on the page's clock").toBeLessThanOrEqual(RESCUE_MS);
      await locked(page);
      await saying;
      await phase(page, "CLOSED");
      await room.next();
      await phase(page, "REVEALED");

      relay.silent = false;
      await expect.poll(() => road(page), { timeout: RETURN_MS, interval: 250 }).toBe("webtransport");
      await sayNumbered(room, 40, 50);
      await room.next();
      await room.next();
      await answerable(page, 2);
      await answerByPointer(page, { type: "Mercury" });
      await locked(page);

      await page.locator("header button[aria-label^=Chat]").click();
      const expected = Array.from({ length: 50 }, (_, n) => `word ${n}`);
      await messageOf(page, expected.at(-1) ?? "");
      expect(await textsOf(page), "each once, in order").toEqual(expected);
      await room.next();
      const { questions, standings } = await room.results();
      expect(questions.map(({ distribution }) => distribution?.answered)).toEqual([1, 1]);
      expect(standings.map((standing) => [standing.name, standing.correct])).toEqual([["Ada", 2]]);
    });

    test("a page that never had UDP is in the room within 2 s", async () => {
      const room = await scene.room(quizOf(items("single")));
      relay.silent = true;
      try {
        const { page } = await scene.somebody();
        await page.goto(`${scene.server.url}/play/${room.code}`);
        await page.locator("form input[autocomplete=nickname]").fill("Cold");
        const waited = await page.evaluate(async () => {
          const from = performance.now();
          document.querySelector<HTMLElement>("form button[type=submit]")?.click();
          const there = () =>
            document.querySelector("main[data-phase=LOBBY]") && document.querySelector("footer [data-status=live]");
          while (!there()) await new Promise((again) => setTimeout(again, 5));
          return performance.now() - from;
        });
        expect(await road(page)).toBe("grpc-web");
        expect(waited, "milliseconds on the page's clock").toBeLessThanOrEqual(COLD_START_MS);
      } finally {
        relay.silent = false;
      }
    });
  });
}

/** Kills UDP, and tells how long it took until the page was live on the road of this name, in milliseconds. */
function timeToRoad(page: Page, name: string): Promise<number> {
  return page.evaluate(async (name) => {
    const from = performance.now();
    await window.setUdpSilent(true);
    const there = () => document.querySelector(`footer [data-status=live][title*="${name}"]`);
    while (!there()) await new Promise((again) => setTimeout(again, 5));
    return performance.now() - from;
  }, name);
}

async function sayNumbered(room: Room, from: number, to: number): Promise<void> {
  for (let n = from; n < to; n += 1) {
    await room.say(`word ${n}`);
    await new Promise((later) => setTimeout(later, 50));
  }
}
