// A private conversation of three: in two browsers and a terminal, end to end. What the server keeps of it, and what people are
// told when somebody's keys change.

import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RoomKind, RoomService } from "@trivium/client/proto";
import type { Browser, Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PATIENCE, policyReports, type Somebody, somebody } from "../game/pages.js";
import { Scene } from "../game/scene.js";
import { launch, leaveOut } from "../harness/index.js";
import { enterDemo, sessionOf, tokenOf } from "./accounts.js";
import { button, messageOf, openTab, press, reads, say, textOf } from "./hands.js";
import { ChatTerminal } from "./terminal.js";

const WINDOW = { width: 1_400, height: 1_000 };
const WRITE = "Write a private message";
/** Texts that are nowhere else: of private messages, and of one that is not. */
const [CANARY, PLAIN] = ["sealed-canary", "plain-canary"].map((name) => `${name}-${crypto.randomUUID()}`) as [
  string,
  string,
];

describe.skipIf(leaveOut("chromium"))("a private conversation", () => {
  let data: string;
  let scene: Scene;
  let firefox: Browser | undefined;
  let classRoom: string;
  let ada: Page;
  let bea: Page;
  let carl: ChatTerminal;
  const people: Somebody[] = [];
  const tokens = new Map<string, string>();

  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), "trivium-sealed-"));
    // Whatever the server logs is looked through.
    const all = { keptLines: Number.POSITIVE_INFINITY, config: { "log.filter": "debug" } };
    scene = await Scene.open("chromium", { data: join(data, "server"), ...all });
    const { room } = await scene.session.client(RoomService).createRoom({ kind: RoomKind.CLASSROOM, title: "Class 7" });
    classRoom = room?.id ?? "";
    for (const name of ["Ada", "Bea", "Carl"]) {
      tokens.set(name, await tokenOf(join(data, "server"), name.toLowerCase(), name));
      const session = await sessionOf(scene.server, tokens.get(name) ?? "");
      await session.client(RoomService).joinRoom({ joinCode: room?.joinCode ?? "" });
      await session.close();
    }
    firefox = leaveOut("firefox") ? undefined : await launch("firefox");
    ada = await enter("Ada", scene.browser);
    bea = await enter("Bea", firefox ?? scene.browser);
  });

  afterAll(async () => {
    await carl?.close();
    await firefox?.close();
    await scene?.close();
    await rm(data, { recursive: true, force: true });
  });

  /** Somebody in the class room, whose browser has made its keys. */
  async function enter(name: string, browser: Browser): Promise<Page> {
    const one = await somebody(browser, WINDOW);
    people.push(one);
    await enterDemo(one.page, scene.server, tokens.get(name) ?? "", classRoom);
    await openTab(one.page, "Private");
    await reads(one.page, "(this one)", "[data-panel=sealed]");
    return one.page;
  }

  test("everybody reads everybody, and nobody else", async () => {
    await press(ada, button("New private conversation"));
    for (const name of ["Bea", "Carl"]) {
      await press(ada, "[role=dialog] input[role=combobox], [role=dialog] input:not([type=checkbox])");
      await press(ada, `::-p-xpath(//*[@role="option"][normalize-space(.)="${name}"])`);
    }
    await ada.keyboard.press("Escape");
    await press(ada, button("Begin"));
    await ada.waitForSelector(`textarea[aria-label="${WRITE}"]`, { timeout: PATIENCE.timeout });
    carl = await ChatTerminal.sealed(scene.server, tokens.get("Carl") ?? "", ["ada", "bea"], join(data, "carl"));
    await say(ada, `${CANARY} from Ada`, WRITE);
    // She hears of it by its first message.
    await press(bea, "::-p-xpath(//*[@data-panel='rooms']//li//button[.//*[@aria-label='sealed']])");
    await messageOf(bea, `${CANARY} from Ada`);
    await carl.says(`${CANARY} from Ada`);
    await say(bea, `${CANARY} from Bea`, WRITE);
    await messageOf(ada, `${CANARY} from Bea`);
    await carl.says(`${CANARY} from Bea`);
    carl.type(`${CANARY} from Carl`);
    for (const page of [ada, bea]) await messageOf(page, `${CANARY} from Carl`);
  });

  test("the server has none of it, in its files or in its log", async () => {
    const session = await sessionOf(scene.server, tokens.get("Ada") ?? "");
    const { ChatService } = await import("@trivium/client/proto");
    await session.client(ChatService).sendMessage({ roomId: classRoom, text: PLAIN });
    await session.close();
    const found = async (text: string) => (await filesWith(text, join(data, "server"))).length > 0;
    await expect.poll(() => found(PLAIN), PATIENCE).toBe(true);
    expect(await filesWith(CANARY, join(data, "server"))).toEqual([]);
    const log = scene.server.log();
    expect(log.includes('"level":"DEBUG"'), "all of it is there").toBe(true);
    expect(log.includes(CANARY)).toBe(false);
    // What people have on their own disks is another matter: not even there it stands open.
    expect(await filesWith(CANARY, join(data, "carl"))).toEqual([]);
  });

  test("what the server has is shown", async () => {
    await press(ada, "::-p-xpath(//label[normalize-space(.)='What the server sees'])");
    await reads(ada, "The server has 3 sealed copies", "[role=log]");
    expect(await textOf(ada, "[role=log]")).not.toContain(CANARY);
    await press(ada, "::-p-xpath(//label[normalize-space(.)='What the server sees'])");
    await messageOf(ada, `${CANARY} from Carl`);
  });

  test("a device that somebody else registers in Bea's name is shown to everybody", async () => {
    await enter("Bea", scene.browser);
    await say(ada, "Was that you?", WRITE);
    await reads(ada, "Bea has a new device");
    await messageOf(bea, "Was that you?");
    await reads(bea, "Your account has a new device");
    for (const page of [ada, bea]) {
      expect(
        await page.$(`textarea[aria-label="${WRITE}"]`),
        "nothing is written before it is acknowledged",
      ).toBeNull();
      await press(page, button("Understood"));
    }
    await say(bea, "It was not", WRITE);
    await messageOf(ada, "It was not");
    carl.type("Who was it then?");
    for (const page of [ada, bea]) await messageOf(page, "Who was it then?");
    await carl.says("bea has a new device");
  });

  test("nothing broke in any page, and no policy", async () => {
    expect(people.flatMap(({ troubles }) => troubles)).toEqual([]);
    expect(await policyReports(scene.server)).toEqual([]);
  });
});

/** The files in a folder that have this text in them. */
async function filesWith(text: string, folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
  const found: string[] = [];
  for (const file of files) if ((await readFile(file)).includes(text)) found.push(file);
  return found;
}
