// Writing: mentions by the keyboard, files with their progress and refusals.

import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { type Attachment, AttachmentSchema } from "@trivium/client/proto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { giveSizes } from "../../../testing/sizes";
import { candidatesFor, complete, mentionAt } from "../model/mentions";
import { asked, drawTalk, field, press, talkSession, type } from "../testing/draw";

beforeEach(() => giveSizes());
afterEach(() => {
  vi.restoreAllMocks();
});

describe("a mention that is typed", () => {
  it.each([
    ["@", 1, { start: 0, query: "" }],
    ["hi @ad", 6, { start: 3, query: "ad" }],
    ["hi @Ada Lo", 10, { start: 3, query: "Ada Lo" }],
    ["(@gr", 4, { start: 1, query: "gr" }],
    ["ada@example", 11, undefined],
    ["@ada\nhello", 10, undefined],
    ["@ ada", 5, undefined],
    ["no", 2, undefined],
    [`@${"x".repeat(60)}`, 61, undefined],
  ])("%j", (text, caret, found) => {
    expect(mentionAt(text, caret)).toEqual(found);
  });

  const people = ["Ada", "Ada Lovelace", "Grace Hopper", "Barbara"].map((name) => ({ userId: name, name, avatar: "" }));
  it.each([
    ["", ["Ada", "Ada Lovelace", "Grace Hopper", "Barbara"]],
    ["ad", ["Ada", "Ada Lovelace"]],
    ["hop", ["Grace Hopper"]],
    ["lo", ["Ada Lovelace"]],
    ["barbara ", []],
    ["Barbara", []],
    ["ada", ["Ada", "Ada Lovelace"]],
    ["zz", []],
  ])("fits %j", (query, names) => {
    expect(candidatesFor(query, people, 6).map(({ name }) => name)).toEqual(names);
  });

  it("is completed in the middle of a text", () => {
    expect(complete("hi @ad there", { start: 3, query: "ad" }, "Ada")).toEqual({ text: "hi @Ada there", caret: 8 });
  });
});

describe("suggestions", () => {
  const options = () => screen.queryAllByRole("option").map((each) => each.textContent);

  it("are chosen and taken by keys, and the message is not sent by it", () => {
    const session = drawTalk();
    type("hi @");
    expect(options()).toEqual(["@Ada", "@Barbara", "@Donald", "@Edsger", "@Grace", "@roomeverybody in this room"]);
    press("ArrowDown");
    press("ArrowDown");
    press("ArrowUp");
    const chosen = screen.getByRole("option", { selected: true });
    expect(chosen.textContent).toBe("@Barbara");
    expect(field().getAttribute("aria-activedescendant")).toBe(chosen.id);
    press("Enter");
    expect(field().value).toBe("hi @Barbara ");
    expect(options()).toEqual([]);
    expect(asked(session, "SendMessage")).toEqual([]);
  });

  it("go away with Escape, and do not come back for the same mention", () => {
    drawTalk();
    type("hi @");
    press("Escape");
    expect(options()).toEqual([]);
    expect(field().value).toBe("hi @");
  });

  it("offer everybody at once to hosts only", () => {
    drawTalk(talkSession({ as: "ada" }));
    type("@ro");
    expect(options()).toEqual([]);
  });
});

describe("files", () => {
  const file = (name: string) => new File(["x"], name);
  const drop = (...names: string[]) => {
    const files = names.map(file);
    fireEvent.drop(field(), { dataTransfer: { files, types: ["Files"] } });
  };

  it("are uploaded when dropped, and sent along without a text", async () => {
    const session = drawTalk();
    let done = (_: Attachment) => {};
    vi.spyOn(session, "uploadFile").mockImplementation((_room, _file, options) => {
      options?.onProgress?.(25, 100);
      return new Promise((resolve) => {
        done = resolve;
      });
    });
    drop("sheet.pdf");
    const bar = await screen.findByRole("progressbar", { name: "Uploading sheet.pdf" });
    expect(bar.getAttribute("aria-valuenow")).toBe("25");
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Send" }).disabled).toBe(true);
    await act(async () => done(create(AttachmentSchema, { id: "f-1", name: "sheet.pdf" })));
    fireEvent.click(screen.getByRole("button", { name: "Send" }));
    await waitFor(() => expect(asked(session, "SendMessage")).toMatchObject([{ text: "", attachmentIds: ["f-1"] }]));
    expect(screen.queryByRole("button", { name: "Remove sheet.pdf" })).toBeNull();
  });

  it("say why they were refused, and stay until they are taken out", async () => {
    const session = drawTalk();
    vi.spyOn(session, "uploadFile").mockRejectedValue(new ConnectError("this is no picture", Code.InvalidArgument));
    drop("evil.png");
    expect(await screen.findByText(/this is no picture/)).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Remove evil.png" }));
    expect(screen.queryByText("evil.png")).toBeNull();
  });

  it("are ten at most", async () => {
    drawTalk();
    drop(...Array.from({ length: 12 }, (_, n) => `file-${n}`));
    expect(await screen.findByText("2 files were left out: a message takes 10.")).toBeTruthy();
    expect(screen.getAllByRole("button", { name: /^Remove file-/ })).toHaveLength(10);
  });
});
