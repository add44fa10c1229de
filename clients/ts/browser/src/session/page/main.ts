// The page: runs one case at a time, and plays a guest whose page is loaded again, as `session.test.ts` asks.

import { connectTrivium, type TriviumSession } from "@trivium/client";
import { ChatService } from "@trivium/client/proto";
import { cases } from "./cases.js";
import { type Scene, until } from "./stage.js";

declare global {
  interface Window {
    /** Runs a case; resolves to why it failed, or to nothing. */
    runSessionCase(name: string, scene: Scene): Promise<string | undefined>;
    /** Comes in by a code, with the browser's own stores. */
    comeIn(url: string, code: string): Promise<{ userId: string; sessionId: string; texts: string[] }>;
    /** Says something; resolves once it is saved. */
    sayNow(text: string): Promise<{ texts: string[]; reconnects: number }>;
    /** Says something that cannot leave the page. */
    sayOffline(text: string): void;
    /** Where WebTransport goes instead of where the server says. */
    relayPort: number | undefined;
  }
}

const WELL_KNOWN = "/.well-known/trivium";
const { fetch } = globalThis;
globalThis.fetch = async (input, init) => {
  const answer = await fetch(input, init);
  if (window.relayPort === undefined || !String(input).endsWith(WELL_KNOWN)) return answer;
  const document: { webtransport: { url: string } } = await answer.json();
  const url = new URL(document.webtransport.url);
  url.port = String(window.relayPort);
  document.webtransport.url = String(url);
  return Response.json(document);
};

const unhandled: unknown[] = [];
addEventListener("unhandledrejection", (event) => unhandled.push(event.reason));

window.runSessionCase = async (name, scene) => {
  try {
    await cases[name]?.(scene);
    // Rejections are reported after the tasks that caused them.
    await new Promise((done) => setTimeout(done, 0));
    if (unhandled.length > 0) throw new Error(`nobody handled: ${unhandled.splice(0).map(String).join(", ")}`);
    return undefined;
  } catch (error) {
    return error instanceof Error ? `${error}\n${error.stack}\n${error.cause ?? ""}` : String(error);
  } finally {
    await window.setUdpSilent(false);
  }
};

let session: TriviumSession | undefined;

window.comeIn = async (url, code) => {
  session = await connectTrivium({ url, code, nickname: "Ana" });
  const { seat, connection } = session;
  if (!seat) throw new Error("no seat");
  const room = session.room(seat.roomId);
  await until(() => room.state.get().status === "live" && connection.get().pending === 0, "the room is live");
  const { userId, sessionId } = connection.get();
  return { userId, sessionId, texts: room.state.get().chat.messages.map(({ message }) => message.text) };
};

window.sayNow = async (text) => {
  if (!session?.seat) throw new Error("nobody came in");
  const room = session.room(session.seat.roomId);
  await session.client(ChatService).sendMessage({ roomId: room.id, text });
  const texts = () => room.state.get().chat.messages.map(({ message }) => message.text);
  await until(() => texts().includes(text), "it is heard");
  return { texts: texts(), reconnects: session.connection.get().reconnects };
};

window.sayOffline = (text) => {
  session?.goOffline(60_000);
  session
    ?.client(ChatService)
    .sendMessage({ roomId: session.seat?.roomId ?? "", text })
    .catch(() => {});
};
