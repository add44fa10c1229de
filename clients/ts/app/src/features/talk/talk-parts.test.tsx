// People, conversations, the inbox and announcements: what they say, and what is asked of the server.
import { create } from "@bufbuild/protobuf";
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import {
  AnnouncementSchema,
  NotificationKind,
  NotificationSchema,
  NotificationService,
  PresenceState,
  ReceiptService,
  RoomKind,
  RoomService,
  Severity,
} from "@trivium/client/proto";
import { useConversations } from "@trivium/client/react";
import { type FakeSession, member, message, presence, room, roomState, SAMPLE_TIME_MS } from "@trivium/client/testing";
import { toast } from "sonner";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { giveSizes } from "../../testing/sizes";
import { ConversationList } from "./conversations/ConversationList";
import { NewConversation } from "./conversations/NewConversation";
import { Announcements } from "./inbox/Announcements";
import { Inbox } from "./inbox/Inbox";
import { NotificationToasts } from "./inbox/NotificationToasts";
import { minuteOf, timeText } from "./inbox/Preferences";
import { Roster } from "./people/Roster";
import { asked, drawPart, talkSession } from "./testing/draw";

beforeEach(() => giveSizes());
afterEach(() => {
  localStorage.clear();
  vi.restoreAllMocks();
});

describe("the roster", () => {
  const there = () => screen.getByRole("region", { name: "Members" });

  it("tells presence, role, hands, mutes and when somebody was last seen", () => {
    const state = roomState();
    const members = new Map(state.members)
      .set("ada", member("ada", { handTimeMs: 5n }))
      .set("grace", member("grace", { mute: {} }));
    const gone = presence("grace", { state: PresenceState.OFFLINE, lastSeenTimeMs: BigInt(Date.now() - 300_000) });
    drawPart(
      <Roster roomId="room-1" />,
      talkSession({
        members,
        presences: new Map(state.presences).set("grace", gone),
        hands: [{ userId: "ada", timeMs: 5n }],
      }),
    );
    expect(within(there()).getByText("Quizmaster").closest("li")?.textContent).toContain("online · host");
    expect(within(there()).getByText("Grace").closest("li")?.textContent).toContain(
      "offline · last seen 5 minutes ago",
    );
    expect(within(there()).getByRole("img", { name: "hand raised" })).toBeTruthy();
    expect(within(there()).getByRole("img", { name: "muted" })).toBeTruthy();
  });

  it("lets a host lower a hand, and mute with reason and duration", async () => {
    const session = drawPart(<Roster roomId="room-1" />, talkSession({ hands: [{ userId: "ada", timeMs: 5n }] }));
    fireEvent.click(screen.getByRole("button", { name: "Lower the hand of Ada" }));
    fireEvent.click(within(there()).getByRole("button", { name: /Manage.*Ada/ }));
    const dialog = within(await screen.findByRole("dialog"));
    fireEvent.change(dialog.getByRole("textbox", { name: "Reason" }), { target: { value: " shouting " } });
    fireEvent.change(dialog.getByLabelText(/For how long/), { target: { value: "3600000" } });
    fireEvent.click(dialog.getByRole("button", { name: "Mute" }));
    await waitFor(() =>
      expect(asked(session, "MuteMember")).toMatchObject([
        { userId: "ada", durationMs: 3_600_000, reason: "shouting" },
      ]),
    );
    expect(asked(session, "RaiseHand")).toMatchObject([{ userId: "ada", raised: false }]);
  });

  it("lets a member raise a hand, and touch nobody", async () => {
    const session = drawPart(<Roster roomId="room-1" />, talkSession({ as: "grace" }));
    expect(screen.queryByRole("button", { name: /Manage/ })).toBeNull();
    fireEvent.click(screen.getByRole("button", { name: "Raise hand" }));
    await waitFor(() => expect(asked(session, "RaiseHand")).toMatchObject([{ raised: true, userId: "" }]));
  });
});

function List({ onOpen = () => {} }: { onOpen?: (roomId: string) => void }) {
  return <ConversationList conversations={useConversations()} roomId="" ownId="host" onOpen={onOpen} />;
}

describe("conversations", () => {
  const draw = (onOpen?: (roomId: string) => void): FakeSession => {
    const session = talkSession();
    session.handle(ReceiptService.method.listUnread, () => ({
      rooms: [
        {
          room: room({ id: "c-1", title: "", kind: RoomKind.CONVERSATION, endToEnd: true }),
          others: [member("grace")],
          lastMessage: message(5, "grace", "", { sealed: {} }),
          unread: { messageCount: 120, mentionCount: 2 },
        },
        { room: room({ id: "c-2", title: "Old times", archiveTimeMs: 5n }) },
      ],
    }));
    return drawPart(onOpen === undefined ? <List /> : <List onOpen={onOpen} />, session);
  };

  it("have the names of the others, the last word, and what is unread", async () => {
    const opened = vi.fn();
    draw(opened);
    const entry = await screen.findByRole("button", {
      name: /Grace.*Sealed message.*2 mentions of you.*120 unread messages/,
    });
    expect(entry.textContent).toContain("99+");
    fireEvent.click(entry);
    expect(opened).toHaveBeenCalledWith("c-1");
  });

  it("rest in the archive, and come back from it", async () => {
    const session = draw();
    fireEvent.click(await screen.findByRole("button", { name: "Archive (1)" }));
    fireEvent.click(screen.getByRole("button", { name: "More about Old times" }));
    fireEvent.click(await screen.findByRole("menuitem", { name: "Bring back from the archive" }));
    await waitFor(() => expect(asked(session, "UpdateRoom")).toMatchObject([{ roomId: "c-2", archived: false }]));
  });

  it("are found by their words, and joined", async () => {
    const session = draw();
    session.handle(RoomService.method.searchRooms, () => ({ rooms: [room({ id: "c-9", title: "Chess club" })] }));
    fireEvent.change(screen.getByRole("searchbox", { name: "Search rooms" }), { target: { value: "chess" } });
    fireEvent.click(await screen.findByRole("button", { name: "Join" }));
    await waitFor(() => expect(asked(session, "JoinRoom")).toMatchObject([{ roomId: "c-9" }]));
  });

  it("begin with those who are known, sealed where that is asked for", async () => {
    const opened = vi.fn();
    const session = talkSession();
    session.handle(RoomService.method.openConversation, () => ({ room: room({ id: "c-3" }) }));
    drawPart(
      <NewConversation people={[member("ada"), member("grace")]} sealed onClose={() => {}} onOpened={opened} />,
      session,
    );
    fireEvent.click(screen.getAllByLabelText("With whom")[0] as HTMLElement);
    fireEvent.click(await screen.findByRole("option", { name: "Grace" }));
    fireEvent.click(screen.getByRole("button", { name: "Begin" }));
    await waitFor(() => expect(opened).toHaveBeenCalledWith("c-3"));
    expect(asked(session, "OpenConversation")).toMatchObject([{ userIds: ["grace"], endToEnd: true }]);
  });
});

describe("the inbox", () => {
  const notification = (seq: number, init: object = {}) =>
    create(NotificationSchema, {
      seq: BigInt(seq),
      kind: NotificationKind.MENTION,
      title: `News ${seq}`,
      createTimeMs: BigInt(SAMPLE_TIME_MS - 60_000),
      ...init,
    });
  const withInbox = (): FakeSession => {
    const session = talkSession();
    session.handle(NotificationService.method.listNotifications, () => ({ inboxRoomId: "inbox" }));
    session.setRoom("inbox", {
      ...roomState(),
      roomId: "inbox",
      inbox: { more: false, unreadCount: 1, notifications: [notification(5), notification(4, { read: true })] },
    });
    return session;
  };

  it("reads one by opening it, and all at once", async () => {
    const opened = vi.fn();
    const session = drawPart(<Inbox onOpen={opened} />, withInbox());
    fireEvent.click(await screen.findByRole("button", { name: /News 5.*unread/ }));
    expect(opened).toHaveBeenCalledWith(expect.objectContaining({ seq: 5n }));
    fireEvent.click(screen.getByRole("button", { name: "Mark all as read" }));
    await waitFor(() =>
      expect(asked(session, "MarkNotificationsRead")).toMatchObject([{ seqs: [5n] }, { throughSeq: 5n }]),
    );
  });

  it("is told what to keep quiet about", async () => {
    const session = withInbox();
    session.handle(NotificationService.method.getNotificationPreferences, () => ({ preferences: {} }));
    drawPart(<Inbox onOpen={() => {}} />, session);
    fireEvent.click(await screen.findByRole("button", { name: "What to hear" }));
    fireEvent.click(await screen.findByRole("switch", { name: "Somebody answers me" }));
    fireEvent.click(screen.getByRole("button", { name: "1 hour" }));
    await waitFor(() => expect(asked(session, "UpdateNotificationPreferences")).toHaveLength(2));
    expect(asked(session, "UpdateNotificationPreferences")).toMatchObject([
      { preferences: { declinedKinds: [NotificationKind.REPLY], quietUntilMs: 0n } },
      { preferences: { declinedKinds: [NotificationKind.REPLY], quietUntilMs: BigInt(SAMPLE_TIME_MS + 3_600_000) } },
    ]);
  });

  it.each([
    ["one that comes", {}, ["News 7"]],
    ["none that comes quietly", { quiet: true }, []],
    ["none about the room on show", { roomId: "room-1" }, []],
  ])("toasts %s", async (_, init, titles) => {
    const session = drawPart(<NotificationToasts roomId="room-1" onOpen={() => {}} />, withInbox());
    const before = toast.getHistory().length;
    await waitFor(() => expect(session.heard.get("inbox")).toBeTruthy());
    act(() =>
      session.receive("inbox", {
        response: {
          case: "event",
          value: {
            roomId: "inbox",
            seq: 30n,
            event: {
              case: "notificationAdded",
              value: { notification: notification(7, { severity: Severity.INFO, ...init }), unreadCount: 2 },
            },
          },
        },
      }),
    );
    await new Promise((done) => setTimeout(done, 20));
    expect(
      toast
        .getHistory()
        .slice(before)
        .map((each) => "title" in each && each.title),
    ).toEqual(titles);
  });

  it.each([
    [0, "00:00"],
    [1439, "23:59"],
    [605, "10:05"],
  ])("minute %i of the day is %s", (minute, text) => {
    expect(timeText(minute)).toBe(text);
    expect(minuteOf(text)).toBe(minute);
  });
});

it("announcements stand by how much they matter, and can be put away", async () => {
  const session = talkSession();
  session.handle(NotificationService.method.listAnnouncements, () => ({ roomId: "system" }));
  const announcement = (seq: number, severity: Severity, init: object = {}) =>
    create(AnnouncementSchema, { seq: BigInt(seq), severity, title: `Word ${seq}`, ...init });
  session.setRoom("system", {
    ...roomState(),
    roomId: "system",
    announcements: [
      announcement(3, Severity.INFO, { link: "javascript:alert(1)" }),
      announcement(2, Severity.CRITICAL, { link: "/status" }),
      announcement(1, Severity.WARNING, { expireTimeMs: 5n }),
    ],
  });
  drawPart(<Announcements />, session);
  expect((await screen.findByRole("alert")).textContent).toContain("Word 2");
  const list = screen.getByRole("region", { name: "Announcements" });
  expect([...list.querySelectorAll("b")].map((each) => each.textContent)).toEqual(["Word 2", "Word 3"]);
  expect([...list.querySelectorAll("a")].map((each) => each.getAttribute("href"))).toEqual(["/status"]);
  fireEvent.click(screen.getByRole("button", { name: "Put away: Word 2" }));
  expect(screen.queryByRole("alert")).toBeNull();
});
