// @vitest-environment node
// Talk at a real server through sessions as applications hold them: what arrives and is shown is told by itself, counts are the
// server's after any number of cuts, and files go up and come down.

import { Code, type ConnectError } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { ChatService, ReceiptService, RoomKind, RoomService } from "../proto.js";
import { hasServer, type Server, startServer } from "../state/judge/server.js";
import type { TriviumSession } from "../types.js";
import { connectTrivium } from "./connect.js";
import { reason } from "./errors.js";

const PATIENCE = { timeout: 20_000, interval: 50 };

let server: Server;
let host: TriviumSession;
let ada: TriviumSession;
let roomId = "";

beforeAll(async () => {
  if (!hasServer) return;
  server = await startServer();
  const kept = { seats: null, tab: null, drafts: null };
  host = await connectTrivium({ url: server.url, token: server.token("host"), ...kept });
  const { room } = await host.client(RoomService).createRoom({ kind: RoomKind.CLASSROOM, title: "Talk" });
  roomId = room?.id ?? "";
  ada = await connectTrivium({ url: server.url, code: room?.joinCode ?? "", nickname: "Ada", ...kept });
});

afterAll(async () => {
  await Promise.all([host?.close(), ada?.close()]);
  await server?.stop();
});

test.skipIf(!hasServer)("marks and counts are the server's, over cuts", { timeout: 90_000 }, async () => {
  const [theirs, own] = [host.room(roomId), ada.room(roomId)];
  await vi.waitFor(
    () => expect([theirs, own].map((each) => each.state.get().status)).toEqual(["live", "live"]),
    PATIENCE,
  );
  const say = async (text: string) => {
    const { message } = await ada.client(ChatService).sendMessage({ roomId, text });
    return message?.seq ?? 0n;
  };
  const first = await say("one");
  // Nobody has said so: what arrives is told by itself.
  await vi.waitFor(() => expect(mark()?.deliveredSeq).toBeGreaterThanOrEqual(first), PATIENCE);
  expect(theirs.state.get().receipts.unread.messageCount).toBe(1);
  theirs.markRead(first);
  expect(theirs.state.get().receipts.unread.messageCount).toBe(0);
  await vi.waitFor(() => expect(mark()?.readSeq).toBe(first), PATIENCE);

  for (let cuts = 0; cuts < 5; cuts++) {
    host.cut();
    const seq = await say(`after cut ${cuts} @room`);
    if (cuts % 2 === 0) theirs.markRead(seq - 1n);
    ada.cut();
  }
  const last = await say("the last");
  await vi.waitFor(() => expect(theirs.state.get().chat.messages.at(-1)?.message.seq).toBe(last), PATIENCE);
  await vi.waitFor(async () => expect(await counted(host)).toEqual(shown()), PATIENCE);
  theirs.markRead(last);
  await vi.waitFor(async () => expect((await counted(host)).messageCount).toBe(0), PATIENCE);
  expect(shown().messageCount).toBe(0);

  function mark() {
    return own.state.get().receipts.others.get("host");
  }
  function shown() {
    const { messageCount, mentionCount } = theirs.state.get().receipts.unread;
    return { messageCount, mentionCount };
  }
  async function counted(session: TriviumSession) {
    const { rooms } = await session.client(ReceiptService).listUnread({});
    const { messageCount = 0, mentionCount = 0 } = rooms.find(({ room }) => room?.id === roomId)?.unread ?? {};
    return { messageCount, mentionCount };
  }
});

test.skipIf(!hasServer)("a file goes up and comes down, for members only", { timeout: 60_000 }, async () => {
  const note = new File(["Bring a pencil.\n"], "note.txt", { type: "text/plain" });
  const attachment = await host.uploadFile(roomId, note);
  expect(attachment).toMatchObject({ name: "note.txt", sizeBytes: 16n });
  expect(await (await host.fetchFile(attachment.url)).text()).toBe("Bring a pencil.\n");
  await expect(ada.fetchFile(attachment.url)).rejects.toMatchObject({ code: Code.NotFound });
  const room = ada.room(roomId);
  await host.client(ChatService).sendMessage({ roomId, text: "", attachmentIds: [attachment.id] });
  const sent = () => room.state.get().chat.messages.at(-1)?.message.attachments[0];
  await vi.waitFor(() => expect(sent()?.id).toBe(attachment.id), PATIENCE);
  expect(await (await ada.fetchFile(sent()?.url ?? "")).text()).toBe("Bring a pencil.\n");
  await expect(host.fetchFile(`/rooms/${roomId}/files/none`)).rejects.toMatchObject({ code: Code.NotFound });
  const program = new File(["<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"], "a.png", { type: "image/png" });
  const error = await ada.uploadFile(roomId, program).catch((thrown: unknown) => thrown);
  expect([(error as ConnectError).code, reason(error)]).toEqual([Code.InvalidArgument, "FILE_ACTIVE_CONTENT"]);
});
