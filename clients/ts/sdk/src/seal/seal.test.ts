// Sealed conversations between sessions without a server: what is opened, what is refused, and what is noticed.
// @vitest-environment node

import { create, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { KeyChange, type KeyEvent, MessageSchema, ResendReason } from "../proto.js";
import { reason } from "../session/errors.js";
import {
  FakeKeyServer,
  type FakeSession,
  FakeTalk,
  fakeSession,
  member,
  roomState,
  SAMPLE_ROOM_ID,
} from "../testing/index.js";
import { content, LENGTHS, padded, unpadded } from "./content.js";
import { emptyLog, extended } from "./log.js";
import type { Opened } from "./message.js";
import { newAgreementKeys, newSigningKeys, publicBytes, sign } from "./primitives.js";
import { safetyNumber } from "./safety.js";
import { type Sealing, sealingOf } from "./sealer.js";
import { deviceStatement } from "./statements.js";
import { memorySealStore } from "./store.js";

const ROOM = SAMPLE_ROOM_ID;

/** Some people in one room, each with a device. */
async function people(...names: string[]) {
  const { enter, ...rest } = world(...names);
  return { ...rest, enter, all: await Promise.all(names.map((name) => enter(name))) };
}

/** A room of people who have not come yet. */
function world(...names: string[]) {
  const keys = new FakeKeyServer();
  const talk = new FakeTalk(ROOM, 20n, keys);
  const members = new Map(names.map((name) => [name, member(name)]));
  const enter = async (name: string, store = memorySealStore()) => {
    const me = member(name);
    const session = fakeSession({ userId: name, rooms: [roomState({ members, memberCount: members.size, me })] });
    keys.serve(session);
    talk.join(session);
    const sealing = sealingOf(session, { store, deviceName: `${name}'s` });
    await sealing.begin();
    return { name, session, sealing, store, conversation: sealing.conversation(ROOM) };
  };
  return { keys, talk, enter };
}

/** What a message turns out to be, once it is opened. */
async function opened(of: { session: FakeSession; sealing: Sealing }, seq: bigint): Promise<Opened> {
  const { view } = of.sealing.conversation(ROOM);
  const entry = () =>
    of.session
      .room(ROOM)
      .state.get()
      .chat.messages.find((each) => each.message.seq === seq);
  return vi.waitFor(() => {
    const found = view.get().opened.get(entry()?.key ?? "");
    if (found === undefined) throw new Error(`message ${seq} is not opened`);
    return found;
  }, 5_000);
}

const text = async (of: Parameters<typeof opened>[0], seq: bigint) => {
  const found = await opened(of, seq);
  return "content" in found ? found.content.text : found.failure;
};

test("everybody reads what is sealed, and the server does not", async () => {
  const { all, talk } = await people("ada", "grace", "zoe");
  const [ada, grace, zoe] = all;
  if (!ada || !grace || !zoe) throw new Error("three people");
  await ada.conversation.send("the canary sings");
  for (const who of all) expect(await text(who, 21n)).toBe("the canary sings");
  await grace.conversation.send("I hear it", { replyTo: 21n });
  expect(await text(ada, 22n)).toBe("I hear it");
  const [first] = talk.messages.values();
  expect(first?.sealed?.envelopes.map(({ userId }) => userId)).toEqual(["ada", "grace", "zoe"]);
  const seen = [...talk.messages.values()].map((each) => new TextDecoder().decode(toBinary(MessageSchema, each)));
  expect(seen.join()).not.toContain("canary");
});

test("a device that came since is sealed for after one refusal, and says so to those who knew its owner", async () => {
  const { all, enter } = await people("ada", "grace");
  const [ada, grace] = all;
  if (!ada || !grace) throw new Error("two people");
  await ada.conversation.send("one");
  expect(await text(grace, 21n)).toBe("one");
  const phone = await enter("grace");
  await ada.conversation.send("two");
  expect(await text(phone, 22n)).toBe("two");
  expect(await text(grace, 22n)).toBe("two");
  expect(
    ada.sealing.state
      .get()
      .users.get("grace")
      ?.changes.map(({ change }) => change),
  ).toEqual([KeyChange.REGISTERED]);
  const sends = ada.session.commands.filter(({ method }) => method.endsWith("SendSealedMessage"));
  const ids = sends.map(({ request }) => (request as { requestId: string }).requestId);
  expect(ids).toHaveLength(3);
  expect(ids[1]).toBe(ids[2]);
});

test("a first device that came since the conversation was opened is sealed for", async () => {
  const { enter } = world("ada", "grace");
  const ada = await enter("ada");
  await vi.waitFor(() => expect(ada.sealing.state.get().users.has("grace")).toBe(true));
  const grace = await enter("grace");
  await ada.conversation.send("one");
  expect(await text(grace, 21n)).toBe("one");
});

test("a device that reads along is told to everybody who reads, its owner and third ones too", async () => {
  const { all, enter } = await people("ada", "grace", "zoe");
  const [ada, grace, zoe] = all;
  if (!ada || !grace || !zoe) throw new Error("three people");
  for (const [at, who] of all.entries()) {
    await who.conversation.send("hello");
    await text(who, 21n + BigInt(at));
  }
  await enter("grace");
  await ada.conversation.send("two");
  for (const { sealing, conversation } of [grace, zoe]) {
    expect(await text({ sealing, session: sealing === grace.sealing ? grace.session : zoe.session }, 24n)).toBe("two");
    expect(conversation.view.get().opened.size).toBe(4);
    const changes = sealing.state.get().users.get("grace")?.changes ?? [];
    expect(changes.map(({ change }) => change)).toEqual([KeyChange.REGISTERED]);
  }
});

test("a device does not tell its person of itself", async () => {
  const { enter } = await people("ada", "grace");
  const store = memorySealStore();
  // Its owner was met before it was registered.
  await enter("ada", store);
  const users = await store.readUsers();
  const other = memorySealStore();
  for (const user of users) await other.writeUser(user);
  const phone = await enter("ada", other);
  const changes = () => phone.sealing.state.get().users.get("ada")?.changes ?? [];
  expect(changes()).toEqual([]);
  await phone.sealing.rotate();
  await phone.sealing.refresh(["ada"]);
  expect(changes()).toEqual([]);
  await enter("ada");
  await phone.sealing.refresh(["ada"]);
  expect(changes().map(({ change }) => change)).toEqual([KeyChange.REGISTERED]);
});

test("what has changed is told when a conversation is opened, before anything is written", async () => {
  const { all, enter } = await people("ada", "grace");
  const [ada] = all;
  if (!ada) throw new Error("two people");
  await ada.conversation.send("one");
  await enter("grace");
  const later = await enter("ada", ada.store);
  await vi.waitFor(() =>
    expect(
      later.sealing.state
        .get()
        .users.get("grace")
        ?.changes.map(({ change }) => change),
    ).toEqual([KeyChange.REGISTERED]),
  );
});

test("nothing is sealed for who was verified and has another device, until the person accepts it", async () => {
  const { all, enter } = await people("ada", "grace");
  const [ada] = all;
  if (!ada) throw new Error("two people");
  await ada.conversation.send("one");
  const before = await ada.sealing.safetyNumber("grace");
  await ada.sealing.setVerified("grace", true);
  await enter("grace");
  const refused = await ada.conversation.send("two").catch(reason);
  expect(refused).toBe("KEYS_CHANGED");
  expect(await ada.sealing.safetyNumber("grace")).not.toBe(before);
  await ada.sealing.accept("grace");
  const [failed] = ada.session
    .room(ROOM)
    .state.get()
    .chat.messages.filter(({ status }) => status === "failed");
  await ada.conversation.retry(failed?.key ?? "");
  expect(await text(ada, 22n)).toBe("two");
});

/** How a server may cheat with the log of somebody who was met. */
const CHEATS: [string, (keys: FakeKeyServer, log: KeyEvent[]) => Promise<unknown> | unknown][] = [
  ["another log", (keys) => keys.logs.set("grace", [])],
  [
    "another key in the past",
    async (keys, log) => {
      const [first] = log;
      const device = first?.device;
      if (!device) throw new Error("there is a device");
      keys.logs.delete("grace");
      await keys.add(KeyChange.REGISTERED, { ...device, agreementKey: new Uint8Array(32).fill(7) });
    },
  ],
  [
    "a device that did not vouch for itself",
    async (keys, log) => {
      const device = log[0]?.device;
      if (!device) throw new Error("there is a device");
      const signingKey = await publicBytes(await newSigningKeys());
      const agreementKey = await publicBytes(await newAgreementKeys());
      await keys.add(KeyChange.REGISTERED, { ...device, deviceId: "evil", agreementKey, signingKey, keySeq: 2n });
    },
  ],
  [
    "a device that is listed and not in the log",
    (keys, log) => {
      const { listed } = keys;
      keys.listed = (userId) => ({
        ...listed.call(keys, userId),
        ...(userId === "grace" ? { devices: [{ ...present(log[0]?.device), deviceId: "evil" }] } : {}),
      });
    },
  ],
];

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("it is there");
  return value;
}

test.each(CHEATS)("%s is told, and nothing is sealed for it", async (_, cheat) => {
  const { all, keys } = await people("ada", "grace");
  const [ada, grace] = all;
  if (!ada || !grace) throw new Error("two people");
  await ada.conversation.send("one");
  const known = ada.sealing.state.get().users.get("grace")?.log.headHash;
  await cheat(keys, keys.logs.get("grace") ?? []);
  await ada.sealing.refresh(["grace"]);
  const user = ada.sealing.state.get().users.get("grace");
  expect([user?.rewritten, user?.log.headHash]).toEqual([true, known]);
  expect(await ada.conversation.send("two").catch(reason)).toBe("KEYS_REWRITTEN");
});

test("a device is the same after a reload, and what it knows of others too", async () => {
  const { all, enter, keys } = await people("ada", "grace");
  const [ada, grace] = all;
  if (!ada || !grace) throw new Error("two people");
  await grace.conversation.send("one");
  await ada.conversation.send("two");
  const later = await enter("ada", ada.store);
  expect(keys.logs.get("ada")).toHaveLength(1);
  expect(later.sealing.state.get().deviceId).toBe(ada.sealing.state.get().deviceId);
  await grace.conversation.send("three");
  expect(await text(later, 23n)).toBe("three");
  const known = await ada.store.readDevice();
  expect(known?.signing.privateKey.extractable).toBe(false);
  expect(known?.agreements.every(({ keys: { privateKey } }) => !privateKey.extractable)).toBe(true);
});

test("keys of the last two rotations still open what was on its way, and older ones are gone", async () => {
  const { all, talk } = await people("ada", "grace");
  const [ada, grace] = all;
  if (!ada || !grace) throw new Error("two people");
  await ada.conversation.send("one");
  await grace.sealing.rotate();
  grace.sealing.conversation(ROOM).again();
  expect(await text(grace, 21n)).toBe("one");
  await grace.sealing.rotate();
  const again = new Map(talk.messages);
  expect(again.size).toBe(1);
  await ada.conversation.send("two");
  expect(await text(grace, 22n)).toBe("two");
  await grace.sealing.rotate();
  const { agreements } = (await grace.store.readDevice()) ?? { agreements: [] };
  expect(agreements.map(({ keySeq }) => keySeq)).toEqual([4n, 3n, 2n]);
});

test("a revoked device reads nothing new, and can be made anew", async () => {
  const { all } = await people("ada", "grace");
  const [ada, grace] = all;
  if (!ada || !grace) throw new Error("two people");
  await grace.sealing.revoke(grace.sealing.state.get().deviceId);
  expect(grace.sealing.state.get().status).toBe("revoked");
  expect(await ada.conversation.send("anybody?").catch(reason)).toBe("NO_DEVICES");
  await grace.sealing.renew();
  expect(grace.sealing.state.get().status).toBe("ready");
  const [failed] = ada.session.room(ROOM).state.get().chat.messages;
  await ada.conversation.retry(failed?.key ?? "");
  expect(await text(grace, 21n)).toBe("anybody?");
});

/** Says a message of Ada's once more, changed on its way. */
async function tampered(change: (message: ReturnType<typeof create<typeof MessageSchema>>) => void) {
  const { all, talk } = await people("ada", "grace");
  const [ada, grace] = all;
  if (!ada || !grace) throw new Error("two people");
  await ada.conversation.send("one");
  await opened(grace, 21n);
  const original = talk.messages.get(21n);
  if (!original) throw new Error("it was said");
  const message = create(MessageSchema, structuredClone({ ...original, seq: 22n, reactions: [] }));
  change(message);
  talk.tell("ada", { case: "messageSent", value: { $typeName: "trivium.v1.MessageSent", message } });
  return text(grace, 22n);
}

test.each<[string, (message: Parameters<Parameters<typeof tampered>[0]>[0]) => void, string]>([
  ["shown twice", () => {}, "replayed"],
  ["another author", (message) => Object.assign(message, { authorId: "grace" }), "unknownDevice"],
  ["another answer", (message) => Object.assign(message, { replyTo: 3n }), "badSignature"],
  ["another request", (message) => Object.assign(message.sealed ?? {}, { requestId: "another" }), "badSignature"],
  [
    "another signature",
    (message) => Object.assign(message.sealed ?? {}, { signature: new Uint8Array(64) }),
    "badSignature",
  ],
  ["an envelope less", (message) => message.sealed?.envelopes.pop(), "badSignature"],
  ["another ciphertext", (message) => message.sealed?.envelopes[1]?.ciphertext.fill(0), "badSignature"],
])("%s is not shown: %s", async (_, change, failure) => {
  expect(await tampered(change)).toBe(failure);
});

test("a device that came later asks for a message, and gets it when its author agrees", async () => {
  const { all, enter } = await people("ada", "grace");
  const [ada, grace] = all;
  if (!ada || !grace) throw new Error("two people");
  await ada.conversation.send("one");
  const phone = await enter("grace");
  const chat = grace.session.room(ROOM).state.get().chat;
  phone.session.setRoom(ROOM, { chat });
  expect(await text(phone, 21n)).toBe("noEnvelope");
  expect(await phone.conversation.askAgain(21n)).toBe(true);
  const [request] = ada.conversation.view.get().requests;
  expect(request).toMatchObject({ messageSeq: 21n, userId: "grace", reason: ResendReason.NO_ENVELOPE });
  expect(grace.conversation.view.get().requests).toEqual([]);
  if (request) await ada.conversation.answer(request, true);
  const again = await opened(phone, 23n);
  expect(again).toMatchObject({ content: { text: "one", resendOf: 21n } });
  expect(ada.conversation.view.get().requests).toEqual([]);
});

test("contents of any length come back, in one of seven lengths", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 1_000, unit: "grapheme" }), fc.bigInt(0n, 2n ** 53n), (said, at) => {
      const plaintext = padded(content(said, at));
      expect(LENGTHS).toContain(plaintext?.length);
      expect(plaintext && unpadded(plaintext)).toMatchObject({ text: said, sendTimeMs: at });
    }),
  );
});

test("a plaintext that is not padded as it should be is refused", () => {
  const plaintext = padded(content("hello", 1n));
  if (!plaintext) throw new Error("it fits");
  const longer = new Uint8Array(512);
  longer.set(plaintext);
  const dirty = plaintext.slice();
  dirty[255] = 1;
  const beyond = plaintext.slice();
  beyond[2] = 9;
  for (const wrong of [longer, dirty, beyond, plaintext.slice(1), new Uint8Array(256)]) {
    const found = unpadded(wrong);
    expect(found === undefined || found.text === "").toBe(true);
  }
  expect(padded(content("x".repeat(17_000), 1n))).toBeUndefined();
});

test("a log that breaks a rule is refused, whatever its hashes", async () => {
  const keys = new FakeKeyServer();
  const signing = await newSigningKeys();
  const signingKey = await publicBytes(signing);
  const device = async (change: Partial<Parameters<typeof deviceStatement>[0]> & { keySeq: bigint }) => {
    const agreementKey = change.agreementKey ?? (await publicBytes(await newAgreementKeys()));
    const said = { userId: "ada", deviceId: "d1", agreementKey, signingKey, ...change };
    const signature = await sign(signing, deviceStatement(said));
    const rest = { name: "", registerTimeMs: 0n, revokeTimeMs: 0n };
    return { $typeName: "trivium.v1.Device" as const, ...said, ...rest, signature };
  };
  const first = await device({ keySeq: 1n });
  await keys.add(KeyChange.REGISTERED, first);
  const good = keys.logs.get("ada") ?? [];
  const log = await extended(emptyLog("ada"), good);
  if (!log) throw new Error("the first entry is good");
  const wrong: [KeyChange, typeof first][] = [
    [KeyChange.REGISTERED, await device({ keySeq: 2n })],
    [KeyChange.REGISTERED, await device({ deviceId: "d2", keySeq: 2n })],
    [KeyChange.ROTATED, await device({ keySeq: 1n })],
    [KeyChange.ROTATED, await device({ keySeq: 2n, agreementKey: first.agreementKey })],
    [KeyChange.ROTATED, await device({ keySeq: 2n, agreementKey: new Uint8Array(32) })],
    [KeyChange.ROTATED, { ...(await device({ keySeq: 2n })), signature: new Uint8Array(64) }],
    [KeyChange.REVOKED, { ...first, revokeTimeMs: 5n }],
    [KeyChange.REVOKED, { ...first, name: "another", revokeTimeMs: BigInt(keys.nowMs) }],
    [KeyChange.UNSPECIFIED, first],
  ];
  for (const [change, bad] of wrong) {
    const { nowMs } = keys;
    const event = await keys.add(change, bad);
    expect(await extended(log, [event]), KeyChange[change]).toBeUndefined();
    keys.logs.set("ada", good);
    keys.nowMs = nowMs;
  }
  const rotated = await keys.add(KeyChange.ROTATED, await device({ keySeq: 2n }));
  expect((await extended(log, [rotated]))?.headSeq).toBe(2n);
});

test("safety numbers are the same on both sides, and of twelve groups", async () => {
  const key = (byte: number) => new Uint8Array(32).fill(byte);
  const ada = { userId: "ada", signingKeys: [key(1), key(2)] };
  const grace = { userId: "grace", signingKeys: [key(3)] };
  const number = await safetyNumber(ada, grace);
  expect(number).toMatch(/^(\d{5} ){11}\d{5}$/);
  expect(await safetyNumber(grace, { userId: "ada", signingKeys: [key(2), key(1)] })).toBe(number);
  expect(await safetyNumber({ ...ada, signingKeys: [key(1)] }, grace)).not.toBe(number);
  expect(await safetyNumber({ ...ada, signingKeys: [] }, grace)).toBeUndefined();
});
