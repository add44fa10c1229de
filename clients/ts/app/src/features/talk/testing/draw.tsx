// A chat over a session without a server, with the strings to pull.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { fireEvent, screen } from "@testing-library/react";
import type { ReceiptsView, RoomState } from "@trivium/client";
import { ReceiptSchema, UnreadSchema } from "@trivium/client/proto";
import {
  chat,
  chatMessage,
  type FakeSession,
  fakeSession,
  message,
  roomState,
  SAMPLE_ROOM_ID,
} from "@trivium/client/testing";
import type { ComponentProps, ReactNode } from "react";
import { draw } from "../../../testing/render";
import "../index";
import { Talk } from "../Talk";

/** Two words, with reactions. */
export const SAID = [
  chatMessage(message(31, "ada", "Hello")),
  chatMessage(message(32, "host", "Welcome", { reactions: [{ emoji: "👍", count: 2, userIds: ["ada", "grace"] }] })),
];

/** A session with the sample room. */
export function talkSession(change: Partial<RoomState> & { readonly as?: string } = {}): FakeSession {
  const state = roomState({ chat: chat(SAID), ...change });
  return fakeSession({ rooms: [state], userId: state.me?.userId ?? "nobody" });
}

/** The sample room's chat. */
export function drawTalk(
  session: FakeSession = talkSession(),
  props: Partial<ComponentProps<typeof Talk>> = {},
): FakeSession {
  draw(<Talk roomId={SAMPLE_ROOM_ID} {...props} />, session);
  return session;
}

/** Any part, over the sample room. */
export function drawPart(part: ReactNode, session: FakeSession = talkSession()): FakeSession {
  draw(part, session);
  return session;
}

/** Marks of a room: the caller's, and those of others as `[user, delivered, read]`. */
export function receipts(
  readSeq: number,
  others: readonly (readonly [string, number, number])[] = [],
  unread: MessageInitShape<typeof UnreadSchema> = {},
): ReceiptsView {
  return {
    own: create(ReceiptSchema, { userId: "host", readSeq: BigInt(readSeq) }),
    others: new Map(
      others.map(([userId, deliveredSeq, read]) => [
        userId,
        create(ReceiptSchema, { userId, deliveredSeq: BigInt(deliveredSeq), readSeq: BigInt(read) }),
      ]),
    ),
    private: false,
    unread: create(UnreadSchema, unread),
  };
}

/** The requests of a method, in the order given. */
export function asked(session: FakeSession, method: string): unknown[] {
  return session.commands.filter((command) => command.method.endsWith(`.${method}`)).map(({ request }) => request);
}

/** The field to write in. */
export function field(name = "Write a message"): HTMLTextAreaElement {
  return screen.getByRole<HTMLTextAreaElement>("textbox", { name });
}

/** Types as a person does: the caret is behind the last letter. */
export function type(text: string, into = field()): void {
  into.focus();
  fireEvent.change(into, { target: { value: text, selectionStart: text.length, selectionEnd: text.length } });
}

/** Presses a key in the field. */
export function press(key: string, init: KeyboardEventInit = {}): void {
  fireEvent.keyDown(field(), { key, ...init });
}

/** Opens the menu of a message, by its author's name. */
export async function menuOf(name: string, item: string): Promise<void> {
  const [button] = screen.getAllByRole("button", { name: new RegExp(`message of ${name}`) }).slice(-1);
  if (button === undefined) throw new Error(`no message of ${name}`);
  fireEvent.click(button);
  fireEvent.click(await screen.findByRole("menuitem", { name: item }));
}
