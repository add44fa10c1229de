// Sealed messages as they are shown: texts, honest failures, changes of keys, and what the server has.
import { create } from "@bufbuild/protobuf";
import { fireEvent, screen, waitFor } from "@testing-library/react";
import { KeyChange, SealedMessageSchema } from "@trivium/client/proto";
import type { OpenFailure } from "@trivium/client/seal";
import { chatMessage, message, roomState } from "@trivium/client/testing";
import { describe, expect, it, vi } from "vitest";
import type { Talk } from "../model/talk";
import { TalkProvider } from "../model/talk";
import { drawPart } from "../testing/draw";
import type { SealedRoom } from "./context";
import { deviceName } from "./device-name";
import { KeyWarning } from "./KeyWarning";
import { Opened } from "./Opened";
import { ResendRequests } from "./ResendRequests";
import { SafetyNumber } from "./SafetyNumber";
import { hexOf } from "./ServerView";

const { members } = roomState();
const talk = { roomId: "room-1", ownId: "host", members, jump: () => {} } as unknown as Talk;
const sealed = create(SealedMessageSchema, {
  senderDeviceId: "d-1",
  envelopes: [{ userId: "ada", deviceId: "0123456789", keySeq: 1n, ciphertext: new Uint8Array(272).fill(0xab) }],
  signature: new Uint8Array(64).fill(1),
});

function show(room: Partial<SealedRoom>, author = "ada") {
  const entry = chatMessage(message(31, author, "", { sealed }));
  const given: SealedRoom = { texts: new Map(), serverView: false, askAgain: async () => true, ...room };
  drawPart(
    <TalkProvider value={talk}>
      <Opened entry={entry} sealed={given} />
    </TalkProvider>,
  );
}
const failed = (failure: OpenFailure) => new Map([["m31", { text: undefined, failure }]]);

describe("a message", () => {
  it("shows its text, or that it is being opened", () => {
    show({});
    expect(screen.getByText("Opening…")).toBeTruthy();
    show({ texts: new Map([["m31", { text: "<b>secret</b>", failure: undefined }]]) });
    expect(document.body.textContent).toContain("<b>secret</b>");
  });

  it.each([
    ["noEnvelope", /Not sealed for this device/, true],
    ["keyChanged", /Sealed for an old key/, true],
    ["damaged", /Damaged/, true],
    ["unknownDevice", /From an unknown device/, false],
    ["badSignature", /Signature wrong/, false],
    ["replayed", /Shown already/, false],
  ] as const)("that cannot be opened says why: %s", async (failure, words, askable) => {
    const askAgain = vi.fn(async () => true);
    show({ texts: failed(failure), askAgain });
    expect(screen.getByText(words)).toBeTruthy();
    const ask = screen.queryByRole("button", { name: "Ask to send it again" });
    expect(ask !== null).toBe(askable);
    if (ask === null) return;
    fireEvent.click(ask);
    await screen.findByText(/Asked. Its author decides/);
    expect(askAgain).toHaveBeenCalledWith(31n);
  });

  it("of one's own is not asked for of oneself", () => {
    show({ texts: failed("noEnvelope") }, "host");
    expect(screen.queryByRole("button")).toBeNull();
  });

  it("shows what the server sees in place of the text", () => {
    show({ serverView: true, texts: new Map([["m31", { text: "secret", failure: undefined }]]) });
    expect(document.body.textContent).not.toContain("secret");
    expect(document.body.textContent).toContain("Ada · 01234567 · 272 byte");
    expect(document.body.textContent).toContain("ab ab ab");
  });
});

it("bytes are pairs of digits, and cut", () => {
  expect(hexOf(new Uint8Array([0, 15, 255]), 2)).toBe("00 0f …");
  expect(hexOf(new Uint8Array([0, 15]), 2)).toBe("00 0f");
});

describe("a change of keys", () => {
  const change = { seq: 2n, timeMs: 0n, change: KeyChange.REGISTERED, deviceId: "d-2", name: "Laptop" };
  it.each([
    [
      "somebody's new device",
      { rewritten: false, changes: [change] },
      false,
      "Ada has a new device: Laptop",
      "Understood",
    ],
    [
      "one's own new device",
      { rewritten: false, changes: [change] },
      true,
      "Your account has a new device: Laptop",
      "Understood",
    ],
    [
      "keys that do not go on",
      { rewritten: true, changes: [] },
      false,
      "The keys of Ada do not go on from those you knew",
      "I have compared the numbers: go on",
    ],
  ])("is said and acknowledged: %s", async (_, user, own, words, button) => {
    const accept = vi.fn(async () => {});
    drawPart(<KeyWarning user={user} name="Ada" own={own} onAccept={accept} />);
    expect(screen.getByRole("alert").textContent).toContain(words);
    fireEvent.click(screen.getByRole("button", { name: button }));
    await waitFor(() => expect(accept).toHaveBeenCalled());
  });
});

it("a safety number stands in groups, and is marked as compared", () => {
  const verified = vi.fn();
  const number = Array.from({ length: 12 }, (_, n) => String(10_000 + n)).join(" ");
  drawPart(<SafetyNumber name="Ada" number={number} verified={false} onVerified={verified} />);
  for (const group of number.split(" ")) expect(screen.getByText(group)).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: "Mark as compared" }));
  expect(verified).toHaveBeenCalledWith(true);
});

it("nothing is sent again unless its author agrees", async () => {
  const answer = vi.fn(async () => {});
  const request = { seq: 9n, messageSeq: 31n, userId: "ada", deviceId: "0123456789", reason: 1 };
  drawPart(
    <TalkProvider value={talk}>
      <ResendRequests requests={[request]} onAnswer={answer} />
    </TalkProvider>,
  );
  expect(screen.getByText(/Ada could not open.*device 01234567/)).toBeTruthy();
  expect(answer).not.toHaveBeenCalled();
  fireEvent.click(screen.getByRole("button", { name: "Do not" }));
  await waitFor(() => expect(answer).toHaveBeenCalledWith(request, false));
});

it.each([
  ["Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0", "Firefox, Linux"],
  ["Mozilla/5.0 (iPhone) AppleWebKit Version/26 Mobile Safari/604", "Safari, iOS"],
  ["curl", "Browser"],
])("%s calls itself %s", (agent, name) => {
  expect(deviceName(agent)).toBe(name);
});
