// Keeping order: settings, rules with their trial, what waits, reports, mutes and bans, the log.
import { create } from "@bufbuild/protobuf";
import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import {
  FilterAction,
  FilterMatchSchema,
  MessageState,
  ModerationService,
  ModerationSettingsSchema,
  ReportResolution,
} from "@trivium/client/proto";
import { type FakeSession, message } from "@trivium/client/testing";
import { describe, expect, it } from "vitest";
import { asked, drawPart, talkSession } from "../testing/draw";
import { Moderation } from "./Moderation";
import { partsOf } from "./TestResult";

const settings = create(ModerationSettingsSchema, {
  slowModeMs: 10_000,
  rules: [{ pattern: "ban*na", syntax: 1, action: FilterAction.MASK }],
});

function open(change: Parameters<typeof talkSession>[0] = {}, prepare: (session: FakeSession) => void = () => {}) {
  const view = { settings, pendingCount: 0, reportCount: 0, blocked: [] };
  const session = talkSession({ moderation: view, ...change });
  prepare(session);
  return drawPart(<Moderation roomId="room-1" />, session);
}
const tab = (name: RegExp) => fireEvent.click(screen.getByRole("tab", { name }));

it("is for hosts", () => {
  open({ as: "ada" });
  expect(screen.getByText("Only hosts moderate.")).toBeTruthy();
});

describe("rules", () => {
  it("change one setting and keep the others", async () => {
    const session = open();
    fireEvent.click(screen.getByRole("switch", { name: /Approve messages first/ }));
    await waitFor(() =>
      expect(asked(session, "UpdateModeration")).toMatchObject([
        { settings: { slowModeMs: 10_000, approval: true, rules: [{ pattern: "ban*na" }] } },
      ]),
    );
    fireEvent.change(screen.getByLabelText("Slow mode"), { target: { value: "60000" } });
    await waitFor(() => expect(asked(session, "UpdateModeration")).toHaveLength(2));
  });

  it("are tried before they are saved, and empty ones are left out", async () => {
    const session = open({}, (fake) =>
      fake.handle(ModerationService.method.testFilter, () => ({
        action: FilterAction.MASK,
        shown: "a ****** here",
        matches: [{ rule: 0, start: 2, end: 8 }],
      })),
    );
    fireEvent.click(screen.getByRole("button", { name: "Add a rule" }));
    fireEvent.click(screen.getByRole("button", { name: "Add a rule" }));
    fireEvent.change(screen.getByRole("textbox", { name: "Rule 2: pattern" }), { target: { value: "spam" } });
    fireEvent.change(screen.getByLabelText("Rule 2: what happens"), { target: { value: String(FilterAction.HOLD) } });
    fireEvent.change(screen.getByRole("textbox", { name: "Try the rules" }), { target: { value: "a banana here" } });
    expect(await screen.findByText("a ****** here")).toBeTruthy();
    expect(screen.getByText("banana").tagName).toBe("MARK");
    const rules = [
      { pattern: "ban*na", action: FilterAction.MASK },
      { pattern: "spam", action: FilterAction.HOLD },
    ];
    expect(asked(session, "TestFilter").at(-1)).toMatchObject({ text: "a banana here", rules });
    fireEvent.click(screen.getByRole("button", { name: "Save rules" }));
    await waitFor(() => expect(asked(session, "UpdateModeration")).toMatchObject([{ settings: { rules } }]));
  });

  it.each([
    ["a banana", [[2, 8]], ["a ", "[banana]"]],
    ["😀 banana", [[2, 8]], ["😀 ", "[banana]"]],
    [
      "aa",
      [
        [0, 2],
        [1, 2],
      ],
      ["[aa]"],
    ],
    ["ab", [[1, 9]], ["a", "[b]"]],
    ["ab", [], ["ab"]],
  ])("mark what they match in %j", (text, spans, parts) => {
    const matches = spans.map(([start = 0, end = 0]) => create(FilterMatchSchema, { rule: 0, start, end }));
    const shown = partsOf(text, matches).map(({ words, rule }) => (rule === undefined ? words : `[${words}]`));
    expect(shown).toEqual(parts);
  });
});

it("publishes what waits, and it is gone at once", async () => {
  const view = { settings, pendingCount: 1, reportCount: 0, blocked: [] };
  const session = open({ moderation: view }, (fake) =>
    fake.handle(ModerationService.method.listHeldMessages, () => ({ messages: [message(40, "ada", "May I?")] })),
  );
  fireEvent.click(await screen.findByRole("button", { name: "Publish" }));
  await waitFor(() => expect(screen.queryByText("May I?")).toBeNull());
  expect(asked(session, "ResolveMessage")).toMatchObject([{ messageSeq: 40n, state: MessageState.PUBLISHED }]);
});

it("closes a report by what is done, and names nobody to the reported", async () => {
  const view = { settings, pendingCount: 0, reportCount: 1, blocked: [] };
  const session = open({ moderation: view }, (fake) =>
    fake.handle(ModerationService.method.listReports, () => ({
      reports: [{ seq: 50n, message: message(31, "edsger", "rude"), reporterId: "ada", reason: 2, text: "always" }],
    })),
  );
  const card = within(await screen.findByRole("listitem"));
  expect(card.getByText("reported by Ada")).toBeTruthy();
  fireEvent.click(card.getByRole("button", { name: "Delete and mute for a day" }));
  await waitFor(() =>
    expect(asked(session, "ResolveReport")).toMatchObject([{ reportSeq: 50n, resolution: ReportResolution.MUTED }]),
  );
});

it("lifts mutes and bans", async () => {
  const session = open({}, (fake) =>
    fake.handle(ModerationService.method.getModeration, () => ({
      mutes: [{ userId: "ada", reason: "shouting" }],
      bans: [{ userId: "mallory" }],
    })),
  );
  tab(/Mutes and bans/);
  fireEvent.click(await screen.findByRole("button", { name: "End the mute: Ada" }));
  fireEvent.click(screen.getByRole("button", { name: "End the ban: mallory" }));
  await waitFor(() => expect(asked(session, "UnbanUser")).toMatchObject([{ userId: "mallory" }]));
  expect(asked(session, "UnmuteMember")).toMatchObject([{ userId: "ada" }]);
});

it("says who did what, and what a rule did", async () => {
  open({}, (fake) =>
    fake.handle(ModerationService.method.listAudit, () => ({
      entries: [
        { seq: 9n, actorId: "host", action: "moderation.muted", targetUserId: "ada", detail: "shouting" },
        { seq: 8n, action: "moderation.unheard_of", targetUserId: "grace" },
      ],
    })),
  );
  tab(/Log/);
  const [first, second] = await screen.findAllByRole("listitem");
  expect(first?.textContent).toMatch(/Quizmaster muted Ada.*shouting/);
  expect(second?.textContent).toMatch(/A rule.*moderation.unheard_of.*Grace/);
});
