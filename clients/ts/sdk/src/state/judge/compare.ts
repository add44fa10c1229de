// A folded state against a fresh snapshot at the same position.
//
// Neighbours: `person` folds; the test asks for a comparison after every event.

import { create, type DescMessage, type MessageShape, toJson } from "@bufbuild/protobuf";
import { expect } from "vitest";
import {
  InvitationSchema,
  MemberSchema,
  MessageSchema,
  ModerationSettingsSchema,
  PresenceSchema,
  QuizPhase,
  QuizStateSchema,
  type Receipt,
  ReceiptSchema,
  RoomSchema,
  type RoomSnapshot,
  UnreadSchema,
} from "../../proto.js";
import type { RoomState } from "../../types.js";
import { handsOf } from "../hands.js";
import { isHost } from "../index.js";
import { PATIENCE_MS, type Person } from "./person.js";

/** What is compared at the same number of the log; and what only signals tell, which come a moment later. */
interface Comparable {
  readonly logged: Json;
  readonly signalled: Json;
}

/** Reads the room anew and compares, once the person has heard all that it may hear up to there. Returns the position. */
export async function compare(person: Person): Promise<bigint> {
  const { roomId, cursor } = person.state;
  const { snapshot } = await person.room.getRoom({ roomId });
  const seq = snapshot?.cursor?.seq;
  if (snapshot === undefined || seq === undefined || cursor === undefined) throw new Error("a snapshot has a position");
  // The server need not tell at once that it has passed over what the receiver may not see.
  const { events } = await person.room.listEvents({ after: cursor, pageSize: 1000 });
  const last = events.findLast((event) => event.seq <= seq)?.seq ?? cursor.seq;
  await person.until(`position ${last}`, (state) => (state.cursor?.seq ?? 0n) >= last);
  const at = [...person.states.keys()].filter((kept) => kept <= seq).at(-1);
  const state = at === undefined ? undefined : person.states.get(at);
  if (state === undefined) throw new Error("the states of the last events are kept");
  const where = `${person.name} at ${seq}, after ${person.heard.slice(-5).join(", ")}`;
  expect(ofState(state).logged, where).toEqual(ofSnapshot(snapshot, state).logged);
  for (const fold of person.folds) {
    expect(withoutCount(ofState(fold)), `${where}, begun later`).toEqual(withoutCount(ofState(person.state)));
  }
  person.fork(snapshot);
  return seq;
}

/** Without what a host who begins in the middle of a question does not know: whether somebody who goes had answered. */
function withoutCount({ logged }: Comparable): Json {
  const { quiz, ...rest } = logged;
  const { answeredCount, ...others } = (quiz as Json | undefined) ?? {};
  const open = others.phase === "QUIZ_PHASE_OPEN";
  return { ...rest, quiz: open ? others : quiz };
}

/** The same for what signals tell: tried again until it fits. */
export async function compareSignals(person: Person): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const before = person.state;
    const { snapshot } = await person.room.getRoom({ roomId: before.roomId });
    if (snapshot === undefined) throw new Error("there is a snapshot");
    try {
      expect(ofState(person.state).signalled, person.name).toEqual(ofSnapshot(snapshot, person.state).signalled);
      return;
    } catch (difference) {
      if (performance.now() > deadline) throw difference;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

function ofState(state: RoomState): Comparable {
  const saved = state.chat.messages.filter((entry) => entry.status === "saved");
  return split(state, {
    room: json(RoomSchema, state.room),
    me: json(MemberSchema, state.me),
    members: list(MemberSchema, [...state.members.values()], "userId"),
    memberCount: state.memberCount,
    quiz: json(QuizStateSchema, state.quiz?.state),
    messages: list(
      MessageSchema,
      saved.map((entry) => entry.message),
      "",
    ),
    banned: [...state.bannedUserIds].sort(),
    invitations: list(InvitationSchema, [...state.invitations.values()], "code"),
    pins: list(MessageSchema, [...state.chat.pins], ""),
    receipts: list(ReceiptSchema, known([...state.receipts.others.values()]), "userId"),
    hidden: state.receipts.private,
    moderation: json(ModerationSettingsSchema, state.moderation.settings),
    waiting: [state.moderation.pendingCount, state.moderation.reportCount],
    hands: state.hands.map(({ userId, timeMs }) => `${userId} ${timeMs}`),
    unread: json(UnreadSchema, state.receipts.unread),
    read: state.receipts.own.readSeq,
    presences: list(PresenceSchema, [...state.presences.values()], "userId"),
  });
}

function ofSnapshot(snapshot: RoomSnapshot, state: RoomState): Comparable {
  const ownId = snapshot.me?.userId;
  return split(state, {
    room: json(RoomSchema, snapshot.room),
    me: json(MemberSchema, snapshot.me),
    members: list(MemberSchema, snapshot.members, "userId"),
    memberCount: snapshot.memberCount,
    quiz: json(QuizStateSchema, snapshot.quiz),
    messages: list(MessageSchema, snapshot.messages, ""),
    banned: [...snapshot.bannedUserIds].sort(),
    invitations: list(InvitationSchema, snapshot.invitations, "code"),
    pins: list(MessageSchema, snapshot.pins, ""),
    receipts: list(ReceiptSchema, known(snapshot.receipts.filter(({ userId }) => userId !== ownId)), "userId"),
    hidden: snapshot.receiptsPrivate,
    moderation: json(ModerationSettingsSchema, snapshot.moderation),
    waiting: [snapshot.pendingCount, snapshot.reportCount],
    hands: handsOf(snapshot.members).map(({ userId, timeMs }) => `${userId} ${timeMs}`),
    unread: json(UnreadSchema, snapshot.unread ?? create(UnreadSchema)),
    read: snapshot.receipts.find(({ userId }) => userId === ownId)?.readSeq ?? 0n,
    presences: list(PresenceSchema, snapshot.presences, "userId"),
  });
}

/** Marks that say anything. */
function known(marks: readonly Receipt[]): Receipt[] {
  return marks.filter(({ deliveredSeq, readSeq }) => deliveredSeq > 0n || readSeq > 0n);
}

type Json = Record<string, unknown>;

function split(state: RoomState, all: Json & { quiz: Json | undefined }): Comparable {
  const { presences, quiz, unread, read, ...rest } = all;
  // Players hear how many of the others have answered by a signal while a question is open.
  const bySignal = state.quiz?.state.phase === QuizPhase.OPEN && !isHost(state);
  const { answeredCount, ...others } = quiz ?? {};
  return {
    logged: { ...rest, quiz: bySignal ? others : quiz },
    // Own marks are told to who asks before they are in the log.
    signalled: { presences, unread, read, ...(bySignal ? { answeredCount } : {}) },
  };
}

function json<D extends DescMessage>(schema: D, message: MessageShape<D> | undefined): Json | undefined {
  return message === undefined ? undefined : (toJson(schema, message, { alwaysEmitImplicit: true }) as Json);
}

function list<D extends DescMessage>(schema: D, messages: MessageShape<D>[], by: string): (Json | undefined)[] {
  const all = messages.map((message) => json(schema, message));
  return by === "" ? all : all.sort((a, b) => (String(a?.[by]) < String(b?.[by]) ? -1 : 1));
}
