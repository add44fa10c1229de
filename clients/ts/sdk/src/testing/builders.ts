// Rooms, members and messages for tests, each with sensible values that a test overrides.
//
// Neighbours: `questions` has samples of every kind; `phases` builds a quiz in every phase from them.

import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  CursorSchema,
  JoinPolicy,
  type Member,
  MemberSchema,
  type Message,
  MessageSchema,
  type Presence,
  PresenceSchema,
  PresenceState,
  Role,
  type Room,
  RoomKind,
  RoomSchema,
  type Standing,
  StandingSchema,
} from "../proto.js";
import { emptyRoom } from "../state/empty.js";
import type { ChatMessage, ChatView, RoomState } from "../types.js";

/** When the sample game takes place: 2030-01-01 12:00 UTC, in milliseconds. */
export const SAMPLE_TIME_MS = Date.UTC(2030, 0, 1, 12);

/** The room that samples are about. */
export const SAMPLE_ROOM_ID = "room-1";

/** Settings of an open quiz room. */
export function room(init: MessageInitShape<typeof RoomSchema> = {}): Room {
  return create(RoomSchema, {
    id: SAMPLE_ROOM_ID,
    epoch: 1n,
    kind: RoomKind.QUIZ,
    title: "Geography night",
    joinCode: "KQ7M2P",
    joinPolicy: JoinPolicy.CODE,
    capacity: 2000,
    lateJoin: true,
    createTimeMs: BigInt(SAMPLE_TIME_MS - 600_000),
    chatEnabled: true,
    ...init,
  });
}

/** A member named after its user id: `member("ada")` is Ada. */
export function member(userId: string, init: MessageInitShape<typeof MemberSchema> = {}): Member {
  return create(MemberSchema, {
    userId,
    nickname: userId.charAt(0).toUpperCase() + userId.slice(1),
    role: Role.MEMBER,
    avatar: `seed-${userId}`,
    joinTimeMs: BigInt(SAMPLE_TIME_MS - 300_000),
    guest: true,
    ...init,
  });
}

/** Somebody's presence; online unless told otherwise. */
export function presence(userId: string, init: MessageInitShape<typeof PresenceSchema> = {}): Presence {
  return create(PresenceSchema, {
    userId,
    state: PresenceState.ONLINE,
    changeTimeMs: BigInt(SAMPLE_TIME_MS - 300_000),
    ...init,
  });
}

/** A message as the server has it. */
export function message(
  seq: number,
  authorId: string,
  text: string,
  init: MessageInitShape<typeof MessageSchema> = {},
): Message {
  return create(MessageSchema, {
    seq: BigInt(seq),
    authorId,
    authorNickname: authorId.charAt(0).toUpperCase() + authorId.slice(1),
    text,
    sendTimeMs: BigInt(SAMPLE_TIME_MS - 60_000 + seq * 1000),
    ...init,
  });
}

/** A message of the chat; saved unless told otherwise. */
export function chatMessage(message: Message, change: Partial<ChatMessage> = {}): ChatMessage {
  return { key: `m${message.seq}`, message, status: "saved", ...change };
}

/** A chat with these messages. */
export function chat(messages: readonly ChatMessage[] = [], change: Partial<ChatView> = {}): ChatView {
  return { messages, more: false, typing: new Set(), pins: [], pinsMissing: false, threads: new Map(), ...change };
}

/** One row of a ranking. */
export function standing(
  rank: number,
  userId: string,
  points: number,
  init: MessageInitShape<typeof StandingSchema> = {},
): Standing {
  return create(StandingSchema, {
    userId,
    name: userId.charAt(0).toUpperCase() + userId.slice(1),
    avatar: `seed-${userId}`,
    rank,
    previousRank: rank,
    pointsTenths: points * 10,
    correct: Math.floor(points / 800),
    correctMs: Math.floor(points / 800) * 3000,
    ...init,
  });
}

/** Players of the sample room, the best first. */
export const SAMPLE_PLAYERS = ["ada", "grace", "edsger", "barbara", "donald"] as const;

/** A live room with a host and five players, as `me` sees it (`host` unless told otherwise; a user id of no member looks on). */
export function roomState(change: Partial<RoomState> & { readonly as?: string } = {}): RoomState {
  const { as = "host", ...rest } = change;
  const members = new Map(
    [
      member("host", { nickname: "Quizmaster", role: Role.HOST, guest: false }),
      ...SAMPLE_PLAYERS.map((name) => member(name)),
    ].map((each) => [each.userId, each] as const),
  );
  const me = members.get(as);
  const shown = as === "host" ? room() : room({ joinCode: "" });
  return {
    ...emptyRoom(SAMPLE_ROOM_ID),
    status: "live",
    room: shown,
    ...(me === undefined ? {} : { me }),
    members,
    memberCount: members.size,
    presences: new Map([...members.keys()].map((id) => [id, presence(id)] as const)),
    cursor: create(CursorSchema, { roomId: SAMPLE_ROOM_ID, epoch: 1n, seq: 20n }),
    ...rest,
  };
}
