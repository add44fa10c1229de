// The whole chat: states of what is sent, drafts, edits, threads, jumps, search, and why somebody may not write.
import { Code, ConnectError } from "@connectrpc/connect";
import { act, cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { ChatService, MessageState, ReceiptService, WritePolicy } from "@trivium/client/proto";
import { chat, chatMessage, member, message, room, SAMPLE_TIME_MS } from "@trivium/client/testing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { giveSizes } from "../../testing/sizes";
import { useAbouts } from "./model/about";
import { asked, drawTalk, field, menuOf, press, receipts, SAID, talkSession, type } from "./testing/draw";

beforeEach(() => giveSizes());
afterEach(() => {
  useAbouts.setState({ abouts: new Map() });
  vi.restoreAllMocks();
});

const row = (text: string) => screen.getByText(text).closest("article");

describe("sending", () => {
  it("shows a message on its way, saved, and one that failed with what to do", async () => {
    const session = drawTalk();
    let answer = () => {};
    session.handle(
      ChatService.method.sendMessage,
      ({ text }) =>
        new Promise((resolve) => {
          answer = () => resolve({ message: message(33, "host", text) });
        }),
    );
    type("On its way");
    press("Enter");
    expect(field().value).toBe("");
    expect(row("On its way")?.textContent).toContain("Sending");
    await waitFor(() => expect(asked(session, "SendMessage")).toHaveLength(1));
    await act(async () => answer());
    await waitFor(() => expect(row("On its way")?.textContent).toContain("Saved"));

    session.handle(ChatService.method.sendMessage, () => {
      throw new ConnectError("slow down", Code.ResourceExhausted);
    });
    type("Too fast");
    press("Enter");
    await screen.findByText(/Not sent.*slow down/);
    session.handle(ChatService.method.sendMessage, ({ text }) => ({ message: message(34, "host", text) }));
    fireEvent.click(screen.getByRole("button", { name: "Retry" }));
    await waitFor(() => expect(screen.queryByText(/Not sent/)).toBeNull());
    const keys = asked(session, "SendMessage").map((request) => (request as { requestId: string }).requestId);
    expect(keys[2]).toBe(keys[1]);
  });

  it.each([
    ["nobody has it", [["ada", 0, 0]], "Saved"],
    ["one of one has it", [["ada", 32, 0]], "Delivered"],
    [
      "some have it",
      [
        ["ada", 32, 0],
        ["grace", 31, 31],
      ],
      "Delivered to 1 of 2",
    ],
    [
      "somebody has read it",
      [
        ["ada", 32, 32],
        ["grace", 32, 0],
      ],
      "Read by 1 of 2",
    ],
    ["the only other one has read it", [["ada", 32, 40]], "Read"],
  ] as const)("says how far a message got when %s", (_, others, words) => {
    drawTalk(talkSession({ receipts: receipts(32, others) }));
    expect(within(row("Welcome") as HTMLElement).getByRole("button", { name: words })).toBeTruthy();
  });

  it("says who has seen a message", async () => {
    const session = drawTalk();
    session.handle(ReceiptService.method.getMessageReceipts, () => ({
      readCount: 3,
      deliveredCount: 4,
      memberCount: 5,
      readUserIds: ["ada", "grace"],
    }));
    fireEvent.click(screen.getByRole("button", { name: "Saved" }));
    const seen = await screen.findByRole("dialog");
    expect(seen.textContent).toContain("Read by 3, delivered to 4, of 5 others.");
    expect(seen.textContent).toContain("Grace");
    expect(seen.textContent).toContain("and 1 more");
  });

  it("breaks lines with Shift, and sends nothing that is empty", () => {
    const session = drawTalk();
    type("   ");
    press("Enter");
    type("two");
    press("Enter", { shiftKey: true });
    expect(asked(session, "SendMessage")).toEqual([]);
  });

  it("tells the length near its end", () => {
    drawTalk();
    type("x".repeat(3400));
    expect(screen.queryByText(/of 4000 characters/)).toBeNull();
    type("x".repeat(3600));
    expect(screen.getByText("3600 of 4000 characters")).toBeTruthy();
  });
});

describe("drafts", () => {
  it("outlive cuts and another drawing, and an edit costs none", async () => {
    const session = drawTalk();
    type("Half a sent");
    act(() => session.setConnection({ status: "reconnecting" }));
    expect(field().value).toBe("Half a sent");
    act(() => session.setConnection({ status: "live", road: "grpc-web" }));
    cleanup();
    drawTalk(session);
    expect(field().value).toBe("Half a sent");
    await menuOf("Quizmaster|Host", "Edit");
    expect(field().value).toBe("Welcome");
    press("Escape");
    expect(field().value).toBe("Half a sent");
  });

  it("reply, edit by the arrow key, and give up with escape", async () => {
    const session = drawTalk();
    await menuOf("Ada", "Reply");
    expect(screen.getByText("Reply to Ada:")).toBeTruthy();
    type("To you");
    press("Enter");
    await waitFor(() => expect(asked(session, "SendMessage")).toMatchObject([{ replyTo: 31n, text: "To you" }]));
    press("ArrowUp");
    expect(field().value).toBe("Welcome");
    press("Escape");
    expect(field().value).toBe("");
    press("ArrowUp");
    type("Welcome all");
    press("Enter");
    await waitFor(() =>
      expect(asked(session, "EditMessage")).toMatchObject([{ messageSeq: 32n, text: "Welcome all" }]),
    );
  });

  it("come back when an edit is refused", async () => {
    const session = drawTalk();
    session.handle(ChatService.method.editMessage, () => {
      throw new ConnectError("too late", Code.FailedPrecondition);
    });
    press("ArrowUp");
    type("Welcome all");
    press("Enter");
    await waitFor(() => expect(field().value).toBe("Welcome all"));
    expect(screen.getByText("Editing:")).toBeTruthy();
  });
});

describe("what can be done with a message", () => {
  it("reacts and takes back, pins, and deletes as a host", async () => {
    const session = drawTalk();
    fireEvent.click(screen.getByRole("button", { name: /👍 2: Ada, Grace/ }));
    await menuOf("Ada", "Celebration");
    await waitFor(() =>
      expect(asked(session, "SetReaction")).toMatchObject([
        { messageSeq: 32n, emoji: "👍", present: true },
        { messageSeq: 31n, emoji: "🎉", present: true },
      ]),
    );
    await menuOf("Ada", "Pin");
    await menuOf("Ada", "Delete");
    await waitFor(() => expect(asked(session, "DeleteMessage")).toMatchObject([{ messageSeq: 31n }]));
    expect(asked(session, "SetPin")).toMatchObject([{ messageSeq: 31n, present: true }]);
  });

  it.each([
    ["Mute Ada for 10 minutes", "MuteMember", { userId: "ada", durationMs: 600_000 }],
    ["Remove Ada from the room", "RemoveMember", { userId: "ada" }],
  ])("%s, in two presses", async (item, method, request) => {
    const session = drawTalk();
    await menuOf("Ada", item);
    await waitFor(() => expect(asked(session, method)).toMatchObject([request]));
  });

  it("lets members report, and offers them nothing of the hosts'", async () => {
    const session = drawTalk(talkSession({ as: "grace" }));
    fireEvent.click(screen.getByRole("button", { name: /message of Ada/ }));
    await screen.findByRole("menuitem", { name: "Report" });
    for (const name of ["Pin", "Delete", "Put aside", /Mute/, /Remove/])
      expect(screen.queryByRole("menuitem", { name })).toBeNull();
    fireEvent.click(screen.getByRole("menuitem", { name: "Report" }));
    fireEvent.click(await screen.findByRole("radio", { name: "It attacks somebody" }));
    fireEvent.change(screen.getByRole("textbox", { name: "In your own words" }), { target: { value: " rude " } });
    fireEvent.click(screen.getByRole("button", { name: "Report to the hosts" }));
    await waitFor(() =>
      expect(asked(session, "ReportMessage")).toMatchObject([{ messageSeq: 31n, reason: 2, text: "rude" }]),
    );
  });

  it("settles on the spot what waits for a host", async () => {
    const waiting = chatMessage(message(33, "ada", "May I?", { state: MessageState.PENDING }));
    const session = drawTalk(talkSession({ chat: chat([...SAID, waiting]) }));
    fireEvent.click(screen.getByRole("button", { name: "Publish" }));
    await waitFor(() =>
      expect(asked(session, "ResolveMessage")).toMatchObject([{ messageSeq: 33n, state: MessageState.PUBLISHED }]),
    );
  });

  it("shows the texts that an edited message has had", async () => {
    const edited = chatMessage(message(33, "ada", "Now", { editTimeMs: 5n, editCount: 1 }));
    const session = drawTalk(talkSession({ chat: chat([...SAID, edited]) }));
    session.handle(ChatService.method.listMessageEdits, () => ({
      edits: [
        { seq: 33n, text: "Then" },
        { seq: 34n, text: "Now" },
      ],
    }));
    fireEvent.click(screen.getByRole("button", { name: "edited" }));
    expect((await screen.findByRole("dialog")).textContent).toContain("Then");
  });

  it("leaves a tombstone of what was deleted, and nothing to do with it", () => {
    const gone = chatMessage(message(33, "ada", "", { deleteTimeMs: 5n, replyTo: 31n }));
    drawTalk(talkSession({ chat: chat([gone]) }));
    expect(screen.getByText("Message deleted")).toBeTruthy();
    expect(screen.queryByRole("button", { name: /message of Ada/ })).toBeNull();
  });
});

describe("moving about", () => {
  it("draws a line above what came while one was away", () => {
    const more = chatMessage(message(33, "ada", "Anybody?"));
    drawTalk(talkSession({ chat: chat([...SAID, more]), receipts: receipts(30) }));
    expect(screen.getByText("New").closest("li")?.textContent).toContain("Hello");
  });

  it("draws only the messages near the window, and not those of threads", () => {
    const many = Array.from({ length: 500 }, (_, n) => chatMessage(message(n + 1, "ada", `Message ${n + 1}`)));
    const inThread = chatMessage(message(501, "ada", "Elsewhere", { threadSeq: 5n }));
    drawTalk(talkSession({ chat: chat([...many, inThread], { more: true }) }));
    const drawn = screen.getAllByRole("article").length;
    expect(drawn).toBeGreaterThan(5);
    expect(drawn).toBeLessThan(60);
    expect(screen.queryByText("Elsewhere")).toBeNull();
    expect(screen.getByRole("button", { name: "Older messages" })).toBeTruthy();
  });

  it("jumps to a message of long ago, and back to the newest", async () => {
    const session = drawTalk(talkSession({ chat: chat(SAID, { more: true }) }));
    session.handle(ChatService.method.listMessages, () => ({
      messages: [message(4, "ada", "Before"), message(5, "ada", "Long ago"), message(6, "ada", "After")],
      more: true,
      moreAfter: true,
    }));
    session.handle(ChatService.method.searchMessages, () => ({
      hits: [{ roomId: "room-1", message: message(5, "ada", "Long ago") }],
    }));
    fireEvent.click(screen.getByRole("button", { name: "Search messages" }));
    fireEvent.change(screen.getByRole("searchbox", { name: "Words to find" }), { target: { value: "long" } });
    fireEvent.click(await screen.findByRole("button", { name: /Long ago/ }));
    await screen.findByText("Before");
    expect(asked(session, "ListMessages")).toMatchObject([{ aroundSeq: 5n }]);
    expect(screen.queryByText("Welcome")).toBeNull();
    fireEvent.click(screen.getByRole("button", { name: /Jump to latest/ }));
    await screen.findByText("Welcome");
  });

  it("opens a thread with a field of its own, and closes it with Escape", async () => {
    const begun = chatMessage(message(33, "ada", "Question", { threadCount: 1 }));
    const session = drawTalk(talkSession({ chat: chat([...SAID, begun]) }));
    session.handle(ChatService.method.listMessages, () => ({
      messages: [message(40, "grace", "Answer", { threadSeq: 33n })],
    }));
    session.handle(ChatService.method.sendMessage, ({ text, threadSeq }) => ({
      message: message(41, "host", text, { threadSeq }),
    }));
    fireEvent.click(screen.getByRole("button", { name: /1 answer/ }));
    const thread = within(await screen.findByRole("region", { name: "Thread" }));
    await thread.findByText("Answer");
    expect(thread.getByText("Question")).toBeTruthy();
    type("Mine", field("Reply in the thread"));
    fireEvent.keyDown(field("Reply in the thread"), { key: "Enter" });
    await waitFor(() => expect(asked(session, "SendMessage")).toMatchObject([{ threadSeq: 33n, text: "Mine" }]));
    fireEvent.keyDown(thread.getByRole("heading"), { key: "Escape" });
    expect(screen.queryByRole("region", { name: "Thread" })).toBeNull();
  });

  it("lists the pins, and takes one out", async () => {
    const pin = message(31, "ada", "Hello", { pinTimeMs: 5n });
    const session = drawTalk(talkSession({ chat: chat(SAID, { pins: [pin] }) }));
    fireEvent.click(screen.getByRole("button", { name: "Pinned messages: 1" }));
    const pane = within(screen.getByRole("region", { name: "Pinned messages" }));
    fireEvent.click(pane.getByRole("button", { name: "Take the pin out" }));
    await waitFor(() => expect(asked(session, "SetPin")).toMatchObject([{ messageSeq: 31n, present: false }]));
  });
});

describe("what is in the way of writing", () => {
  const until = { expireTimeMs: BigInt(SAMPLE_TIME_MS + 60_000), reason: "shouting" };
  it.each([
    ["a closed room", { room: room({ closeTimeMs: 5n }) }, /This room is closed/],
    ["the archive", { room: room({ archiveTimeMs: 5n }) }, /in the archive/],
    ["a chat that is off", { room: room({ chatEnabled: false }) }, "The chat is closed for now."],
    ["a room of its hosts", { room: room({ writePolicy: WritePolicy.HOSTS }) }, "Only hosts write here."],
    ["a room of some", { room: room({ writePolicy: WritePolicy.NAMED }) }, "Only chosen members write here."],
    ["a mute with its reason", { me: member("ada", { mute: until }) }, /muted you until .*shouting/],
    ["a mute without end", { me: member("ada", { mute: {} }) }, /until they end it/],
  ])("%s", (_, change, words) => {
    drawTalk(talkSession({ as: "ada", ...change }));
    const note = screen.getAllByRole("status").find(({ textContent }) => textContent?.match(words));
    expect(note).toBeTruthy();
    expect(screen.queryByRole("textbox")).toBeNull();
  });

  it("slow mode counts down, and hosts are exempt", () => {
    const said = chat([chatMessage(message(40, "ada", "First", { sendTimeMs: BigInt(SAMPLE_TIME_MS - 4000) }))]);
    const slow = { room: room({ slowModeMs: 10_000 }), chat: said };
    const session = drawTalk(talkSession({ as: "ada", ...slow }));
    expect(screen.getByText("Slow mode: 6 seconds to go")).toBeTruthy();
    type("Second");
    press("Enter");
    expect(asked(session, "SendMessage")).toEqual([]);
    expect(field().value).toBe("Second");
    cleanup();
    drawTalk(talkSession(slow));
    expect(screen.queryByText(/Slow mode/)).toBeNull();
  });
});
