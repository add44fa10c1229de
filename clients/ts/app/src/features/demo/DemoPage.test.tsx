// The page over a session without a server: every panel, the chat with its states, what survives a cut, and the wire.
import { create } from "@bufbuild/protobuf";
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { ConnectRequestSchema, QuizPhase, ReceiptService, Role, RoomKind, RoomService } from "@trivium/client/proto";
import {
  chat,
  chatMessage,
  type FakeOptions,
  type FakeSession,
  fakeSession,
  member,
  message,
  quizView,
  room,
  roomState,
} from "@trivium/client/testing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import "../talk";
import { registerNamespace } from "../../i18n";
import { draw } from "../../testing/render";
import { giveSizes } from "../../testing/sizes";
import { DemoPage } from "./DemoPage";
import de from "./de.json";
import en from "./en.json";
import { PLACES, panelsOf } from "./model/panels";

registerNamespace("demo", { en, de });
beforeEach(() => {
  history.replaceState(null, "", "/demo-realtime?room=room-1");
  giveSizes();
});
afterEach(() => {
  vi.restoreAllMocks();
});

const said = [
  chatMessage(message(31, "ada", "Hello")),
  chatMessage(message(32, "host", "Welcome", { reactions: [{ emoji: "👍", count: 2, userIds: ["ada", "grace"] }] })),
];

function page(options: FakeOptions = {}): FakeSession {
  const session = fakeSession({ rooms: [roomState({ chat: chat(said) })], ...options });
  session.handle(ReceiptService.method.listUnread, () => ({ rooms: [{ room: room() }] }));
  draw(<DemoPage name="Quizmaster" operator />, session);
  return session;
}
const called = (session: FakeSession, method: string) =>
  session.commands.filter((command) => command.method.endsWith(`.${method}`)).map(({ request }) => request);

describe("the registry", () => {
  it("has panels in every place, each name once and in both languages", () => {
    const panels = PLACES.flatMap(panelsOf);
    expect(PLACES.every((place) => panelsOf(place).length > 0)).toBe(true);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { title } of panels) {
      const key = title.replace("panel.", "") as keyof typeof en.panel;
      expect([en.panel[key], de.panel[key]].every(Boolean), title).toBe(true);
    }
  });
});

describe("the bar", () => {
  it("lights the road in use, and says honestly what browsers cannot speak", () => {
    const session = page();
    const light = (road: string) =>
      within(screen.getByRole("list", { name: "Roads to the server" }))
        .getByText(road)
        .closest("li")?.textContent;
    expect(light("WebTransport")).toMatch(/in use/);
    expect(light("gRPC-Web")).toMatch(/not tried/);
    expect(light("gRPC")).toMatch(/native programs only/);
    act(() =>
      session.setConnection({
        road: "grpc-web",
        roads: { webtransport: { status: "down" }, "grpc-web": { status: "up", roundTripMs: 31 } },
        reconnects: 2,
      }),
    );
    expect(light("WebTransport")).toMatch(/no way through/);
    expect(light("gRPC-Web")).toMatch(/in use · 31 ms/);
    expect(screen.getByText("Reconnects").nextSibling?.textContent).toBe("2");
  });

  it("breaks things when asked", () => {
    const session = page();
    fireEvent.click(screen.getByRole("button", { name: "Cut the transport" }));
    fireEvent.click(screen.getByRole("button", { name: "Offline 10 s" }));
    fireEvent.click(screen.getByRole("radio", { name: "gRPC-Web" }));
    expect(session.faults).toEqual(["cut", "goOffline 10000", "switchRoad grpc-web"]);
  });
});

describe("rooms and people", () => {
  it("makes a channel and goes there", async () => {
    const session = page();
    session.handle(RoomService.method.createRoom, ({ kind }) => ({ room: room({ id: "room-2", kind }) }));
    fireEvent.click(screen.getByRole("button", { name: "New room or conversation" }));
    fireEvent.click(await screen.findByRole("menuitem", { name: "Public channel" }));
    await waitFor(() => expect(location.search).toBe("?room=room-2"));
    expect(called(session, "CreateRoom")).toMatchObject([{ kind: RoomKind.CHANNEL }]);
  });

  it("joins by code, in any form", async () => {
    const session = page();
    session.handle(RoomService.method.joinRoom, () => ({ roomId: "room-3", member: member("host") }));
    fireEvent.change(screen.getByRole("textbox", { name: "Join by code" }), { target: { value: "kq7-m2p" } });
    fireEvent.click(screen.getByRole("button", { name: "Join" }));
    await waitFor(() => expect(location.search).toBe("?room=room-3"));
    expect(called(session, "JoinRoom")).toMatchObject([{ joinCode: "KQ7M2P" }]);
  });

  it("says who is there and who is typing", () => {
    const session = page();
    expect(screen.getByText("6 online, 0 away, 6 in all")).toBeTruthy();
    const roster = within(screen.getByRole("region", { name: "Members" }));
    expect(roster.getByText("Quizmaster").closest("li")?.textContent).toContain("online · host");
    act(() => session.setRoom("room-1", (state) => ({ ...state, chat: { ...state.chat, typing: new Set(["ada"]) } })));
    expect(roster.getByText("Ada").closest("li")?.textContent).toContain("typing…");
    expect(screen.getByText("Ada is typing…")).toBeTruthy();
  });

  it("invites with a picture of the way in", async () => {
    const session = page();
    expect(screen.getAllByRole("img", { name: /demo-realtime\?code=KQ7M2P/ })[0]).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Invite" }));
    await waitFor(() => expect(called(session, "CreateInvitation")).toMatchObject([{ role: Role.MEMBER }]));
  });
});

it("follows a quiz", () => {
  page({ rooms: [roomState({ quiz: quizView({ phase: QuizPhase.OPEN }) })] });
  fireEvent.click(screen.getByRole("tab", { name: "Quiz" }));
  expect(screen.getByText("Which planet has the shortest day?")).toBeTruthy();
  expect(screen.getByText("2 of 5 answered")).toBeTruthy();
  expect(screen.getByRole("link", { name: "Results" }).getAttribute("href")).toBe("/results/room-1");
});

it("shows what waits in the outbox", () => {
  page({
    connection: { status: "reconnecting", pending: 1 },
    rooms: [roomState({ chat: chat([chatMessage(message(0, "host", "Soon"), { key: "k-1", status: "sending" })]) })],
  });
  fireEvent.click(screen.getByRole("tab", { name: "Outbox" }));
  expect(screen.getByText("1 command waits")).toBeTruthy();
  expect(screen.getByText("k-1").closest("li")?.textContent).toContain("Soon");
});

describe("the wire", () => {
  const frame = (id: number, token: string) => ({
    id,
    direction: "up" as const,
    road: "webtransport" as const,
    via: "stream",
    name: id % 2 === 0 ? "hello" : "pong",
    bytes: 100 + id,
    at: id,
    message: create(ConnectRequestSchema, { request: { case: "hello", value: { client: "test", token } } }),
  });

  it("keeps the last fifty, decodes one, and hides secrets", async () => {
    const session = page();
    act(() => {
      for (let id = 1; id <= 60; id++) session.frame(frame(id, "secret.of.mine"));
    });
    await screen.findByText("50 of the last 50");
    fireEvent.click(screen.getAllByRole("button", { name: "hello" })[0] as HTMLElement);
    const decoded = screen.getByRole("region", { name: "The decoded message" });
    expect(decoded.textContent).toContain('"client": "test"');
    expect(decoded.textContent).not.toContain("secret");
    fireEvent.change(screen.getByRole("textbox", { name: "Filter frames" }), { target: { value: "pong" } });
    expect(screen.getByText("25 of the last 50")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Clear" }));
    expect(screen.getByText("No frames.")).toBeTruthy();
  });

  it("stands still while paused", async () => {
    const session = page();
    act(() => session.frame(frame(1, "")));
    await screen.findByText("1 of the last 50");
    fireEvent.click(screen.getByRole("button", { name: "Pause" }));
    act(() => session.frame(frame(2, "")));
    await new Promise((done) => setTimeout(done, 200));
    expect(screen.getByText("1 of the last 50")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Go on" }));
    await screen.findByText("2 of the last 50");
  });
});
