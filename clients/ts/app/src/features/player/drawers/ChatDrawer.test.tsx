// The chat on a phone draws the newest messages, and older ones when asked.
import { fireEvent, screen } from "@testing-library/react";
import { ChatService } from "@trivium/client/proto";
import { chat, chatMessage, fakeSession, message, roomState, SAMPLE_ROOM_ID } from "@trivium/client/testing";
import { expect, test } from "vitest";
import "../index";
import { draw } from "../../../testing/render";
import ChatDrawer from "./ChatDrawer";

test("older messages that were read are drawn", async () => {
  const newest = Array.from({ length: 100 }, (_, n) => chatMessage(message(n + 10, "ada", `new ${n}`)));
  const session = fakeSession({ rooms: [roomState({ as: "grace", chat: chat(newest, { more: true }) })] });
  session.handle(ChatService.method.listMessages, () => ({ messages: [message(3, "ada", "long ago")], more: false }));
  draw(<ChatDrawer roomId={SAMPLE_ROOM_ID} onClose={() => {}} />, session);
  fireEvent.click(await screen.findByRole("button", { name: "Older messages" }));
  expect(await screen.findByText("long ago")).toBeTruthy();
  expect(screen.getByText("new 99")).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Older messages" })).toBeNull();
});
