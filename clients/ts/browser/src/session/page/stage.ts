// What cases begin with: a host with a room, guests, and control over the network.

import { type ConnectOptions, connectTrivium, type RoomHandle, type TriviumSession } from "@trivium/client";
import { ChatService, QuizService, RoomKind, RoomService } from "@trivium/client/proto";

declare global {
  interface Window {
    /** Lets UDP pass, or drops it; by the suite. */
    setUdpSilent(silent: boolean): Promise<void>;
  }
}

/** What the suite tells a page. */
export interface Scene {
  /** Origin of the server. */
  readonly url: string;
  /** Token of an account. */
  readonly token: string;
}

/** Somebody in the room. */
export interface Person {
  readonly session: TriviumSession;
  readonly room: RoomHandle;
  /** Numbers of all events since the room was heard, as they were delivered. */
  readonly seen: bigint[];
}

/** A room with a host, and what is needed to fill it. */
export class Stage {
  readonly #scene: Scene;
  readonly #people: TriviumSession[] = [];
  host!: Person;
  code = "";
  roomId = "";

  private constructor(scene: Scene) {
    this.#scene = scene;
  }

  /** Makes a room. */
  static async open(scene: Scene, options: ConnectOptions = {}): Promise<Stage> {
    const stage = new Stage(scene);
    const session = await stage.connect({ token: scene.token, ...options });
    const { room } = await session.client(RoomService).createRoom({ kind: RoomKind.QUIZ, title: "Suite" });
    if (!room) throw new Error("no room");
    Object.assign(stage, { code: room.joinCode, roomId: room.id });
    stage.host = await stage.hear(session);
    return stage;
  }

  /** A session that ends with the case. */
  async connect(options: ConnectOptions): Promise<TriviumSession> {
    const session = await connectTrivium({ url: this.#scene.url, seats: null, tab: null, ...options });
    this.#people.push(session);
    return session;
  }

  /** A guest who hears the room. */
  async guest(nickname: string, options: ConnectOptions = {}): Promise<Person> {
    return this.hear(await this.connect({ code: this.code, nickname, ...options }));
  }

  async hear(session: TriviumSession): Promise<Person> {
    const room = session.room(this.roomId);
    const seen: bigint[] = [];
    room.onEvent(({ response }) => response.case === "event" && seen.push(response.value.seq));
    await until(() => room.state.get().status === "live", "the room is live");
    return { session, room, seen };
  }

  /** Puts a quiz of one question into the room. */
  async loadQuiz(): Promise<void> {
    const quizzes = this.host.session.client(QuizService);
    const { quiz } = await quizzes.createQuiz({
      quiz: {
        title: "One",
        settings: { timeLimitMs: 20_000, noReadPhase: true, startCountdownMs: 1 },
        questions: [{ text: "Is it so?", kind: { case: "trueFalse", value: { correct: true } } }],
      },
    });
    await quizzes.loadQuiz({ roomId: this.roomId, quizId: quiz?.id ?? "" });
  }

  async close(): Promise<void> {
    await window.setUdpSilent(false);
    await Promise.all(this.#people.map((session) => session.close()));
  }
}

/** Says something in the room. */
export function say({ session, room }: Person, text: string): Promise<unknown> {
  return session.client(ChatService).sendMessage({ roomId: room.id, text });
}

/** Texts of the chat as this person has them. */
export function texts({ room }: Person): string[] {
  return room.state.get().chat.messages.map(({ message }) => message.text);
}

/** Waits until something holds; returns how long it took. Generous, as it is not what is measured. */
export async function until(holds: () => boolean, what: string, withinMs = 15_000): Promise<number> {
  const from = performance.now();
  while (!holds()) {
    if (performance.now() - from > withinMs) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return performance.now() - from;
}

export function equal(actual: unknown, expected: unknown, what: string): void {
  const [left, right] = [actual, expected].map((value) =>
    JSON.stringify(value, (_, inner) => (typeof inner === "bigint" ? `${inner}n` : inner)),
  );
  if (left !== right) throw new Error(`${what}: ${left} is not ${right}`);
}
