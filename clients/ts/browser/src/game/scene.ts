// What most suites of the game need: a server with the app, the operator's session, a browser, and rooms that go on at a word.

import type { MessageInitShape } from "@bufbuild/protobuf";
import type { TriviumSession } from "@trivium/client";
import { ChatService, type QuizSchema, QuizService, RoomService } from "@trivium/client/proto";
import type { Browser, Viewport } from "puppeteer-core";
import { type BrowserName, launch, type Server, type ServerOptions, startServer } from "../harness/index.js";
import { makeRoom, operator, PHONE, type Somebody, somebody } from "./pages.js";

/** A game's surroundings. */
export class Scene {
  /** Everybody who was here, with the troubles of their pages. */
  readonly people: Somebody[] = [];

  private constructor(
    /** May be replaced by one on the same data and ports. */
    public server: Server,
    /** Of the local operator, from outside of any page. */
    readonly session: TriviumSession,
    readonly browser: Browser,
  ) {}

  static async open(name: BrowserName = "chromium", options: ServerOptions = {}): Promise<Scene> {
    const server = await startServer(options);
    const browser = await launch(name, { trustAnyone: options.tls ?? false });
    return new Scene(server, await operator(server), browser);
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.session.close();
    await this.server.stop();
  }

  /** A new page of somebody new. */
  async somebody(viewport: Viewport = PHONE): Promise<Somebody> {
    const one = await somebody(this.browser, viewport);
    this.people.push(one);
    return one;
  }

  async room(quiz: MessageInitShape<typeof QuizSchema>): Promise<Room> {
    const { roomId, code } = await makeRoom(this.session, quiz);
    return new Room(this.session, roomId, code);
  }
}

/** A room, run from outside. */
export class Room {
  constructor(
    readonly session: TriviumSession,
    readonly id: string,
    readonly code: string,
  ) {}

  /** The next step of the game. */
  async next(): Promise<void> {
    await this.session.client(QuizService).advanceQuiz({ roomId: this.id });
  }

  /** Comes in as a guest without a page, who is there and hears the room. */
  async enter(server: Server, nickname: string): Promise<TriviumSession> {
    const { connectTrivium } = await import("@trivium/client");
    const guest = { code: this.code, nickname, avatar: nickname, seats: null, tab: null };
    const session = await connectTrivium({ url: server.url, ...guest });
    session.room(this.id);
    return session;
  }

  async say(text: string): Promise<void> {
    await this.session.client(ChatService).sendMessage({ roomId: this.id, text });
  }

  async set(settings: { locked?: boolean; lateJoin?: boolean }): Promise<void> {
    await this.session.client(RoomService).updateRoom({ roomId: this.id, ...settings });
  }

  results() {
    return this.session.client(QuizService).getResults({ roomId: this.id });
  }
}
