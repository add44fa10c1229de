// The pure parts: outbox, positions, backoff, roads, methods, errors, tokens, stores.
// @vitest-environment node

import { create, type DescMethodUnary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ChatService,
  ConnectRequestSchema,
  ErrorSchema,
  KeyService,
  MemberSchema,
  ModerationService,
  NotificationService,
  PresenceService,
  QuizService,
  ReceiptService,
  ReplySchema,
  RoomService,
} from "../proto.js";
import { Backoff } from "./backoff.js";
import { fieldViolations, fromWire, ownError, reason, reasonMetadata, retryAfterMs } from "./errors.js";
import { FakeStore } from "./fake/stage.js";
import { savedSeat } from "./guest.js";
import { keptMethodOf, streamMethod } from "./methods.js";
import { type Kind, Outbox } from "./outbox.js";
import { Positions } from "./positions.js";
import { RoadBook } from "./road-book.js";
import { normalizeCode, SeatShelf, TabShelf } from "./storage.js";
import { Credentials, tokenEndMs } from "./token.js";

const COMMAND: Kind = { ordered: true, fleeting: false };
const QUERY: Kind = { ordered: false, fleeting: false };
const TYPING: Kind = { ordered: false, fleeting: true };

function outboxOf(kinds: Kind[]): Outbox<number> {
  const outbox = new Outbox<number>(kinds.length);
  kinds.forEach((kind, at) => {
    expect(outbox.push(BigInt(at + 1), at + 1, kind)).toBe(true);
  });
  return outbox;
}

function sendAll(outbox: Outbox<number>, now: number, window: number, serial: boolean): number[] {
  const sent: number[] = [];
  for (let next = outbox.next(now, window, serial); next; next = outbox.next(now, window, serial)) {
    outbox.sent(next.id);
    sent.push(next.command);
  }
  return sent;
}

describe("the outbox", () => {
  it("is bounded", () => {
    const outbox = outboxOf([COMMAND]);
    expect(outbox.push(2n, 2, COMMAND)).toBe(false);
    expect(outbox.take(1n)).toBe(1);
    expect(outbox.take(1n)).toBeUndefined();
    expect(outbox.push(2n, 2, COMMAND)).toBe(true);
  });

  it.each([
    ["a stream takes a window in order", [COMMAND, COMMAND, COMMAND, QUERY], 3, false, [1, 2, 3]],
    ["calls take one command at a time, and queries beside it", [COMMAND, COMMAND, QUERY, QUERY], 3, true, [1, 3, 4]],
  ])("%s", (_, kinds, window, serial, expected) => {
    expect(sendAll(outboxOf(kinds), 0, window, serial)).toEqual(expected);
  });

  it("lets nothing overtake a command that was put off", () => {
    const outbox = outboxOf([COMMAND, COMMAND, QUERY]);
    outbox.sent(1n);
    expect(outbox.defer(1n, 100, 2)).toBe(true);
    expect(sendAll(outbox, 50, 9, false)).toEqual([3]);
    expect(outbox.nextDueAt).toBe(100);
    expect(sendAll(outbox, 100, 9, false)).toEqual([1, 2]);
    expect(outbox.defer(1n, 200, 2)).toBe(false);
  });

  it("sends again after a cut, but for what is worth nothing later", () => {
    const outbox = outboxOf([COMMAND, TYPING, COMMAND]);
    sendAll(outbox, 0, 9, false);
    expect(outbox.disconnected()).toEqual([2]);
    expect(sendAll(outbox, 0, 9, false)).toEqual([1, 3]);
    expect(outbox.wasSent(1n)).toBe(true);
    expect(outbox.drain()).toEqual([1, 3]);
    expect(outbox.size).toBe(0);
  });
});

describe("positions", () => {
  const at = (seq: bigint, epoch = 1n) => ({ epoch, seq });
  const live = (seq: bigint) => {
    const positions = new Positions();
    positions.subscribe("r");
    positions.reset("r", at(seq));
    return positions;
  };

  it.each([
    ["the next", 4n, "deliver"],
    ["a known one", 3n, "ignore"],
    ["one too far", 5n, "gap"],
  ] as const)("judges %s", (_, seq, verdict) => {
    expect(live(3n).event("r", seq)).toBe(verdict);
  });

  it("delivers nothing before the server has confirmed where it goes on", () => {
    const positions = live(3n);
    positions.disconnected();
    expect(positions.event("r", 4n)).toBe("ignore");
    expect(positions.resumed("r", at(3n))).toBe("deliver");
    expect(positions.event("r", 4n)).toBe("deliver");
    expect(positions.resumed("r", at(9n))).toBe("gap");
    expect(positions.resumed("r", at(4n, 2n))).toBe("gap");
    expect(positions.event("x", 1n)).toBe("ignore");
  });

  it("moves over what is not for it, and gives a cursor up after three gaps", () => {
    const positions = live(3n);
    expect(positions.progress("r", 8n)).toBe("deliver");
    expect(positions.progress("r", 8n)).toBe("ignore");
    for (let n = 0; n < 3; n++) {
      expect(positions.cursor("r")).toEqual(at(8n));
      positions.resumed("r", at(8n));
      expect(positions.event("r", 10n)).toBe("gap");
    }
    expect(positions.cursor("r")).toBeUndefined();
  });

  it("delivers each entry once, in order, without a hole", () => {
    const noise = fc.array(fc.tuple(fc.constantFrom("event", "cut", "resumed"), fc.bigInt(0n, 12n)), { maxLength: 80 });
    fc.assert(
      fc.property(noise, (messages) => {
        const positions = live(0n);
        let last = 0n;
        for (const [what, seq] of messages) {
          if (what === "cut") positions.disconnected();
          else if (what === "resumed") positions.resumed("r", at(seq));
          else if (positions.event("r", seq) === "deliver") expect(seq).toBe(++last);
        }
      }),
    );
  });
});

it("backs off by steps that double up to the cap, and never beyond a step", () => {
  const backoff = new Backoff({ base: 100, cap: 10_000 });
  expect(Array.from({ length: 9 }, () => backoff.next(1))).toEqual([
    100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000,
  ]);
  backoff.reset();
  fc.assert(
    fc.property(fc.double({ noNaN: true }), (roll) => {
      const { step } = backoff;
      const delay = backoff.next(roll);
      expect(delay).toBeGreaterThanOrEqual(0);
      expect(delay).toBeLessThanOrEqual(step);
    }),
  );
});

describe("the book of roads", () => {
  it.each([
    ["auto", true, ["webtransport", "grpc-web"]],
    ["auto", false, ["grpc-web"]],
    ["webtransport", true, ["webtransport"]],
    ["grpc-web", true, ["grpc-web"]],
  ] as const)("plans for %s with WebTransport %s", (choice, has, plan) => {
    expect(new RoadBook(choice, (road) => has || road === "grpc-web").plan(0)).toEqual(plan);
  });

  it("leaves a road that failed alone, for longer each time, until forgiven", () => {
    const book = new RoadBook("auto", () => true);
    const rests = Array.from({ length: 6 }, () => {
      book.failed(0, 1);
      return book.restMs(0);
    });
    expect(rests).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000]);
    expect(book.plan(0)).toEqual(["grpc-web"]);
    book.forgive();
    expect(book.plan(0)).toEqual(["webtransport", "grpc-web"]);
  });
});

describe("methods", () => {
  const bulky = [
    ...["ListEvents", "CreateQuiz", "UpdateQuiz", "GetQuiz", "GetResults"],
    ...["ListMessageEdits", "SearchMessages", "ListActivity", "ListReports", "ListAudit", "ListKeyEvents"],
  ];
  const services = [
    ...[RoomService, QuizService, ChatService, PresenceService],
    ...[ReceiptService, ModerationService, NotificationService, KeyService],
  ];

  const unary = services
    .flatMap((service) => service.methods)
    .filter((method): method is DescMethodUnary => method.methodKind === "unary");

  it("go by the stream, but for streams and what is large", () => {
    const plain = unary.filter((method) => !streamMethod(method)).map((method) => method.name);
    expect(plain).toEqual(bulky);
  });

  it("know their fields, in the request and in the reply", () => {
    const large = new Set(unary.filter(({ name }) => bulky.includes(name)).map((method) => method.input.typeName));
    for (const field of ConnectRequestSchema.fields.filter(({ number }) => number >= 20)) {
      if (large.has(field.message?.typeName ?? "")) continue;
      const found = unary.map(streamMethod).find((each) => each?.field === field.localName);
      expect(found?.method.input.typeName, field.name).toBe(field.message?.typeName);
      const answer = ReplySchema.fields.find(({ number }) => number === field.number)?.message;
      expect(answer?.typeName, field.name).toBe(found?.method.output.typeName);
    }
    expect(keptMethodOf("sendMessage")?.method).toBe(ChatService.method.sendMessage);
    expect(keptMethodOf("getRoom")).toBeUndefined();
    expect(streamMethod(ChatService.method.sendMessage)).toMatchObject({ kept: true, kind: COMMAND });
    expect(streamMethod(ChatService.method.sendSealedMessage)).toMatchObject({ kept: true, kind: COMMAND });
    expect(streamMethod(ReceiptService.method.acknowledge)).toMatchObject({ kept: false, kind: TYPING });
    expect(streamMethod(ChatService.method.setTyping)).toMatchObject({ kept: false, kind: TYPING });
    expect(streamMethod(RoomService.method.getRoom)).toMatchObject({ kept: false, kind: QUERY });
  });
});

describe("errors", () => {
  const wire = create(ErrorSchema, {
    code: 8,
    reason: "SLOW_MODE",
    message: "wait a little",
    metadata: { room_id: "r1" },
    fieldViolations: [{ field: "text", description: "is too long" }],
    retryAfterMs: 1_500,
  });

  it("say the same whether they came by the stream or as a status", () => {
    const error = fromWire(wire);
    expect(error.code).toBe(Code.ResourceExhausted);
    expect(error.rawMessage).toBe("wait a little");
    expect(reason(error)).toBe("SLOW_MODE");
    expect(reasonMetadata(error)).toEqual({ room_id: "r1" });
    expect(fieldViolations(error)).toEqual([{ field: "text", description: "is too long" }]);
    expect(retryAfterMs(error)).toBe(1_500);
  });

  it("say nothing where nothing was said", () => {
    for (const error of [new ConnectError("x"), new Error("x"), undefined]) {
      expect([reason(error), reasonMetadata(error), fieldViolations(error), retryAfterMs(error)]).toEqual([
        undefined,
        {},
        [],
        undefined,
      ]);
    }
    expect(reason(ownError(Code.Aborted, "SUPERSEDED", "x"))).toBe("SUPERSEDED");
  });

  it("are not broken by details that are not well formed", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (value) => {
        const error = new ConnectError("x");
        error.details = ["ErrorInfo", "BadRequest", "RetryInfo"].map((name) => ({ type: `google.rpc.${name}`, value }));
        reason(error);
        reasonMetadata(error);
        fieldViolations(error);
        retryAfterMs(error);
      }),
    );
  });
});

describe("tokens", () => {
  const jwt = (claims: object) => `e30.${btoa(JSON.stringify(claims)).replace(/=+$/, "")}.c2ln`;

  it("end when they say so", () => {
    expect(tokenEndMs(jwt({ exp: 1_000 }))).toBe(1_000_000);
    for (const token of ["", "opaque", "a.b.c", jwt({}), jwt({ exp: "soon" })]) {
      expect(tokenEndMs(token), token).toBeUndefined();
    }
  });

  it("are renewed a minute before, or after four fifths, and only where there is a source", () => {
    const inS = (seconds: number) => jwt({ exp: Date.now() / 1_000 + seconds });
    const source = async () => "next";
    expect(new Credentials(inS(3_600), source).renewInMs).toBeCloseTo(3_540_000, -3);
    expect(new Credentials(inS(100), source).renewInMs).toBeCloseTo(80_000, -3);
    expect(new Credentials(inS(3_600)).renewInMs).toBeUndefined();
    expect(new Credentials("", source).due).toBe(true);
    expect(new Credentials(inS(-5), source).due).toBe(true);
  });
});

describe("stores", () => {
  it("keep a seat by origin and code, until its token ends", () => {
    const seats = new FakeStore();
    const url = "https://quiz.example";
    const seat = (expireTimeMs: number) => ({
      roomId: "r",
      member: create(MemberSchema, { userId: "g1", nickname: "Ana" }),
      token: "t",
      expireTimeMs,
      request: create(RoomService.method.joinRoom.input, { requestId: "q" }),
    });
    const end = Date.now() + 1_000;
    new SeatShelf(seats, url, "ab-cd 2345").write(seat(end));
    expect(savedSeat("ABCD2345", { url, seats })).toEqual({
      roomId: "r",
      userId: "g1",
      nickname: "Ana",
      expireTimeMs: end,
    });
    expect(savedSeat("ABCD2346", { url, seats })).toBeUndefined();
    expect(savedSeat("ABCD2345", { url: "https://other.example", seats })).toBeUndefined();
    new SeatShelf(seats, url, "ABCD2345").write(seat(Date.now() - 1));
    expect(savedSeat("ABCD2345", { url, seats })).toBeUndefined();
    expect(normalizeCode(" k7qm–2rxd ")).toBe("K7QM2RXD");
  });

  it("are not broken by what others wrote, or by stores that fail", () => {
    const store = new FakeStore();
    for (const text of ["", "null", "[]", "{", '{"token":5,"commands":[1,{"field":"x"}]}']) {
      store.getItem = () => text;
      const tab = new TabShelf(store, "o", "w");
      expect(tab.readCommands()).toEqual([]);
      expect(tab.readResumeToken()).toHaveLength(0);
      expect(new SeatShelf(store, "o", "c").read()).toBeUndefined();
    }
    store.setItem = () => {
      throw new Error("full");
    };
    new TabShelf(store, "o", "w").writeResumeToken(new Uint8Array([1]));
  });

  it("drop commands after ten minutes", () => {
    const tab = new TabShelf(new FakeStore(), "o", "w");
    const command = (ageMs: number) => ({
      field: "sendMessage",
      request: new Uint8Array([1]),
      userId: "u",
      timeMs: Date.now() - ageMs,
    });
    tab.writeCommands([command(0), command(9 * 60_000), command(11 * 60_000)]);
    expect(tab.readCommands()).toHaveLength(2);
  });
});
