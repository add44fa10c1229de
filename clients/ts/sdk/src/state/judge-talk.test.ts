// @vitest-environment node
// The judge of talk: a conversation at a real server, where after every event the folded state of each caller is what a fresh
// snapshot says.

import { createClient } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PresenceState, RoomKind, RoomService } from "../proto.js";
import { compare, compareSignals } from "./judge/compare.js";
import { Person, transportTo } from "./judge/person.js";
import { hasServer, type Server, startServer } from "./judge/server.js";

let server: Server;
let host: Person;
let ada: Person;
let ben: Person;
let roomId = "";

beforeAll(async () => {
  if (hasServer) server = await startServer();
});

afterAll(async () => {
  for (const person of everybody()) person?.leave();
  await server?.stop();
});

/** Everything that a host hears of in this story. */
const EVERY_EVENT = ["messageSent", "messageEdited", "messageDeleted", "pinChanged", "receiptsMoved", "handChanged"];

test.skipIf(!hasServer)("every event of talk leads to what a snapshot says", { timeout: 120_000 }, async () => {
  await opening();
  const root = await say(ada, "Who is here?");
  await threads(root);
  await mentions();
  await pins(root);
  await reading();
  await hands();
  for (const kind of EVERY_EVENT) expect(host.heard, kind).toContain(kind);
});

async function opening(): Promise<void> {
  host = new Person(server.url, "host", server.token("host"));
  const { room } = await host.room.createRoom({ requestId: host.id(), kind: RoomKind.CLASSROOM, title: "Talk" });
  roomId = room?.id ?? "";
  await host.hear(roomId);
  await say(host, "before anybody came");
  const nobody = createClient(RoomService, transportTo(server.url, ""));
  const guest = async (nickname: string) => {
    const joinCode = room?.joinCode ?? "";
    const { seatToken } = await nobody.joinRoom({ requestId: crypto.randomUUID(), joinCode, nickname });
    const person = new Person(server.url, nickname.toLowerCase(), seatToken);
    await person.hear(roomId);
    return person;
  };
  ada = await guest("Ada");
  ben = await guest("Ben");
  await settled();
}

async function threads(root: bigint): Promise<void> {
  const answer = await say(ben, "I am", { threadSeq: root });
  await say(host, "So am I", { threadSeq: root, replyTo: answer });
  await step(() => ben.chat.deleteMessage({ requestId: ben.id(), roomId, messageSeq: answer }));
}

async function mentions(): Promise<void> {
  const seq = await say(host, "@Ada and @Ben, listen");
  await say(host, "@room listen");
  await step(() => host.chat.editMessage({ requestId: host.id(), roomId, messageSeq: seq, text: "@Ben, listen" }));
  await say(ada, "", { link: { url: "https://example.org/", title: "An example" } });
  await signals();
}

async function pins(root: bigint): Promise<void> {
  const other = await say(ben, "keep this");
  const pin = (messageSeq: bigint, present: boolean) =>
    step(() => host.chat.setPin({ requestId: host.id(), roomId, messageSeq, present }));
  await pin(root, true);
  await pin(other, true);
  await pin(root, false);
  await pin(root, true);
  await step(() => ben.chat.deleteMessage({ requestId: ben.id(), roomId, messageSeq: other }));
}

async function reading(): Promise<void> {
  const middle = ada.state.chat.messages[3]?.message.seq ?? 0n;
  await acknowledge(ada, middle);
  // Before anybody knows what Ben has read: nobody is told to forget it.
  await step(() => ben.receipts.setReceiptPrivacy({ requestId: ben.id(), roomId, private: true }));
  await acknowledge(ben, ben.state.cursor?.seq ?? 0n);
  await say(host, "one more");
  await say(ben, "and another");
  await acknowledge(ada, ada.state.cursor?.seq ?? 0n);
  await acknowledge(ben, ben.state.cursor?.seq ?? 0n);
  expect(ada.state.receipts.unread.messageCount).toBe(0);
}

/** Somebody has read up to here; everybody hears of it. */
async function acknowledge(who: Person, readSeq: bigint): Promise<void> {
  const moved = () => host.heard.filter((each) => each === "receiptsMoved").length;
  const before = moved();
  await who.receipts.acknowledge({ roomId, readSeq });
  await host.until("marks that moved", () => moved() > before);
  await settled();
  await signals();
}

async function hands(): Promise<void> {
  const raise = (who: Person, raised: boolean) =>
    step(() => who.presence.raiseHand({ requestId: who.id(), roomId, raised }));
  await raise(ben, true);
  await raise(ada, true);
  await raise(ben, false);
  const userId = ada.state.me?.userId ?? "";
  await step(() => host.presence.raiseHand({ requestId: host.id(), roomId, raised: false, userId }));
  await ada.presence.setPresence({ roomId, state: PresenceState.AWAY, status: "tea" });
  await signals();
}

async function say(who: Person, text: string, options: object = {}): Promise<bigint> {
  const { message } = await who.chat.sendMessage({ requestId: who.id(), roomId, text, ...options });
  await settled();
  return message?.seq ?? 0n;
}

function everybody(): Person[] {
  return [host, ada, ben].filter((person) => person !== undefined);
}

/** A command, and then a comparison for everybody. */
async function step(command: () => Promise<unknown>): Promise<void> {
  await command();
  await settled();
}

async function settled(): Promise<void> {
  await Promise.all(everybody().map(compare));
}

async function signals(): Promise<void> {
  await Promise.all(everybody().map(compareSignals));
}
