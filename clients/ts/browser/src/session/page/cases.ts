// The cases, each against the real server over real roads.

import { reason } from "@trivium/client";
import { QuizPhase, QuizService } from "@trivium/client/proto";
import { equal, type Person, type Scene, Stage, say, texts, until } from "./stage.js";

/** Twice what it takes, as machines that run suites are slow; on time that only tests move the bounds are exact. */
const SLOW_START_MS = 4_000;
const SLOW_RESCUE_MS = 10_000;

type Case = (scene: Scene) => Promise<void>;

export const cases: Readonly<Record<string, Case>> = {
  "WebTransport is taken where it works": async (scene) => {
    const stage = await Stage.open(scene);
    await until(() => road(stage.host) === "webtransport", "it is on WebTransport");
    await until(() => (stage.host.session.connection.get().roundTripMs ?? 0) > 0, "the round trip is measured");
    if (stage.host.session.clock.errorMs > 500) throw new Error("the clock is not measured");
    await stage.close();
  },

  "a question is played over both roads": async (scene) => {
    const stage = await Stage.open(scene);
    const guests = [await stage.guest("Ana", { road: "webtransport" }), await stage.guest("Bo", { road: "grpc-web" })];
    await stage.loadQuiz();
    const quizzes = stage.host.session.client(QuizService);
    await quizzes.startQuiz({ roomId: stage.roomId });
    await Promise.all(guests.map((guest) => answers(guest)));
    for (const guest of guests) {
      await until(() => (phase(guest) ?? 0) >= QuizPhase.CLOSED, "answering is over once all have answered");
    }
    await quizzes.advanceQuiz({ roomId: stage.roomId, fromPhase: QuizPhase.CLOSED });
    for (const guest of guests) {
      await until(() => phase(guest) === QuizPhase.REVEALED, "the solution is out");
      const own = guest.room.state.get().quiz?.state.reveal?.own;
      if (!own || own.points === 0) throw new Error("the right answer earns points");
    }
    await stage.close();
  },

  "nothing is lost or doubled over cuts and changes of the road": async (scene) => {
    const stage = await Stage.open(scene);
    const ana = await stage.guest("Ana");
    const said: Promise<unknown>[] = [];
    const expected: string[] = [];
    for (let n = 0; n < 24; n++) {
      expected.push(`${n}`);
      said.push(say(ana, `${n}`));
      if (n % 6 === 1) ana.session.cut();
      if (n % 6 === 3) ana.session.switchRoad(n % 12 === 3 ? "grpc-web" : "webtransport");
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    await Promise.all(said);
    for (const person of [stage.host, ana]) {
      await until(() => texts(person).length >= expected.length, "all is heard");
      equal(texts(person), expected, "each once, in order");
      const { seen } = person;
      equal(
        seen,
        [...new Set(seen)].sort((a, b) => Number(a - b)),
        "events once, in order",
      );
    }
    await stage.close();
  },

  "a cold start without UDP does not wait for UDP": async (scene) => {
    await window.setUdpSilent(true);
    const from = performance.now();
    const stage = await Stage.open(scene);
    const took = performance.now() - from;
    equal(road(stage.host), "grpc-web", "the road");
    if (took > SLOW_START_MS) throw new Error(`${took} ms`);
    await window.setUdpSilent(false);
    stage.host.session.networkChanged();
    await until(() => road(stage.host) === "webtransport", "it goes over when UDP works");
    await stage.close();
  },

  "UDP that dies in the middle is noticed, and gRPC-Web takes over": async (scene) => {
    const stage = await Stage.open(scene);
    const ana = await stage.guest("Ana");
    await until(() => road(ana) === "webtransport" && road(stage.host) === "webtransport", "both on WebTransport");
    await window.setUdpSilent(true);
    const from = performance.now();
    const said = say(ana, "into the void");
    await until(() => road(ana) === "grpc-web", "it is on gRPC-Web");
    await said;
    const took = performance.now() - from;
    if (took > SLOW_RESCUE_MS) throw new Error(`${took} ms`);
    await until(() => texts(stage.host).length === 1, "the host hears it");
    equal(texts(stage.host), ["into the void"], "once");
    await stage.close();
  },

  "being away keeps what is said": async (scene) => {
    const stage = await Stage.open(scene);
    const ana = await stage.guest("Ana");
    ana.session.goOffline(1_000);
    equal(ana.session.connection.get().status, "offline", "it says so");
    const said = say(ana, "kept");
    await until(() => ana.session.connection.get().pending === 1, "it waits");
    await said;
    equal(ana.session.connection.get().reconnects, 1, "it came back once");
    await stage.close();
  },

  "refusals say why on both roads": async (scene) => {
    const stage = await Stage.open(scene);
    for (const road of ["webtransport", "grpc-web"] as const) {
      const guest = await stage.guest(road, { road });
      const refused = await guest.session
        .client(QuizService)
        .startQuiz({ roomId: stage.roomId })
        .catch((error: unknown) => error);
      equal(reason(refused), "NOT_PERMITTED", road);
    }
    const lost = await stage.connect({ code: "ZZZZZZZZ" }).catch((error: unknown) => error);
    equal(reason(lost), "ROOM_NOT_FOUND", "a wrong code");
    await stage.close();
  },
};

function road({ session }: Person): string | undefined {
  return session.connection.get().road;
}

function phase({ room }: Person): QuizPhase | undefined {
  return room.state.get().quiz?.state.phase;
}

async function answers({ session, room }: Person): Promise<void> {
  await until(() => phase({ session, room, seen: [] }) === QuizPhase.OPEN, "the question is open");
  const opens = Number(room.state.get().quiz?.state.openTimeMs ?? 0n);
  await until(() => session.clock.now() >= opens + 1, "the moment has come");
  await session
    .client(QuizService)
    .submitAnswer({ roomId: room.id, questionIndex: 0, answer: { value: { case: "truth", value: true } } });
}
