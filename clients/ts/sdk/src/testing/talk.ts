// A room that sessions of a test share: what one says all hear, as from a server.
//
// Neighbours: `session` is one of them; `key-server` has their keys. It keeps the rules that tests of applications need and no
// others: a real server refuses much more.

import { create } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import {
  ChatService,
  CurrentDevicesSchema,
  ErrorSchema,
  type Message,
  MessageSchema,
  PresenceService,
  ReceiptService,
  type RoomEvent,
  type SealedMessage,
} from "../proto.js";
import { fromWire, ownError } from "../session/errors.js";
import type { TriviumSession } from "../types.js";
import { SAMPLE_TIME_MS } from "./builders.js";
import type { FakeKeyServer } from "./key-server.js";
import type { FakeSession } from "./session.js";

type Event = RoomEvent["event"];

/** A room that sessions share. Each of them has to have it in a state of its own, at the same position. */
export class FakeTalk {
  readonly roomId: string;
  readonly messages = new Map<bigint, Message>();
  readonly #sessions: FakeSession[] = [];
  readonly #keys: FakeKeyServer | undefined;
  readonly #sent = new Map<string, Message>();
  #seq: bigint;
  nowMs = SAMPLE_TIME_MS;

  /** A room whose log stands at `seq`; with `keys`, sealed messages are checked against the devices there are. */
  constructor(roomId: string, seq: bigint, keys?: FakeKeyServer) {
    this.roomId = roomId;
    this.#seq = seq;
    this.#keys = keys;
  }

  /** Lets a session take part. */
  join(session: FakeSession): void {
    this.#sessions.push(session);
    const userId = session.connection.get().userId;
    const { method: chat } = ChatService;
    session.handle(chat.sendMessage, ({ requestId, text, replyTo, threadSeq, link }) => ({
      message: this.#say(session, requestId, { text, replyTo, threadSeq, ...(link && { link }) }),
    }));
    session.handle(chat.sendSealedMessage, ({ requestId, sealed, replyTo }) => {
      if (sealed !== undefined) this.#check(sealed);
      return { message: this.#say(session, requestId, { replyTo, ...(sealed && { sealed }) }) };
    });
    session.handle(chat.requestResend, ({ messageSeq, deviceId, reason }) => ({
      seq: this.tell(userId, {
        case: "resendRequested",
        value: { ...EMPTY.resend, messageSeq, userId, deviceId, reason },
      }),
    }));
    session.handle(chat.editMessage, ({ messageSeq, text }) => {
      this.#change(messageSeq, (message) => ({ ...message, text, editCount: message.editCount + 1 }));
      return {
        seq: this.tell(userId, {
          case: "messageEdited",
          value: { ...EMPTY.edited, mentionUserIds: [], messageSeq, text },
        }),
      };
    });
    session.handle(chat.deleteMessage, ({ messageSeq }) => {
      const deleteTimeMs = BigInt(this.nowMs);
      this.#change(messageSeq, ({ sealed, link, question, ...message }) => ({ ...message, text: "", deleteTimeMs }));
      return { seq: this.tell(userId, { case: "messageDeleted", value: { ...EMPTY.deleted, messageSeq } }) };
    });
    session.handle(chat.setPin, ({ messageSeq, present }) => ({
      seq: this.tell(userId, { case: "pinChanged", value: { ...EMPTY.pin, messageSeq, present } }),
    }));
    session.handle(chat.broadcast, ({ event, payloadJson }) => ({
      seq: this.tell(userId, { case: "broadcastSent", value: { ...EMPTY.broadcast, event, payloadJson } }),
    }));
    session.handle(chat.getMessage, ({ messageSeq }) => {
      const message = this.messages.get(messageSeq);
      return message === undefined ? {} : { message };
    });
    session.handle(chat.listMessages, (request) => this.#page(request));
    session.handle(chat.searchMessages, ({ query }) => {
      const hit = (message: Message) => message.text.toLowerCase().includes(query.toLowerCase());
      return { hits: this.#all.filter(hit).map((message) => ({ roomId: this.roomId, message })) };
    });
    session.handle(PresenceService.method.raiseHand, ({ raised, userId: whose }) => ({
      seq: this.tell(userId, { case: "handChanged", value: { ...EMPTY.hand, userId: whose || userId, raised } }),
    }));
    session.handle(ReceiptService.method.acknowledge, ({ deliveredSeq, readSeq }) => {
      const receipt = { ...EMPTY.receipt, userId, deliveredSeq, readSeq };
      this.tell("", { case: "receiptsMoved", value: { $typeName: "trivium.v1.ReceiptsMoved", receipts: [receipt] } });
      return { receipt };
    });
  }

  /** Something happens in the room: everybody hears it. Returns its number. */
  tell(actorId: string, event: Event): bigint {
    this.#seq += 1n;
    this.nowMs += 1_000;
    const value = { roomId: this.roomId, seq: this.#seq, timeMs: BigInt(this.nowMs), actorId, event };
    for (const session of this.#sessions) session.receive(this.roomId, { response: { case: "event", value } });
    return this.#seq;
  }

  get #all(): Message[] {
    return [...this.messages.values()].sort((a, b) => Number(a.seq - b.seq));
  }

  #say(session: FakeSession, requestId: string, said: Partial<Message>): Message {
    const again = this.#sent.get(requestId);
    if (again !== undefined) return again;
    const authorId = session.connection.get().userId;
    const authorNickname = nickname(session, this.roomId);
    const { $typeName, ...rest } = said;
    const sendTimeMs = BigInt(this.nowMs + 1_000);
    const message = create(MessageSchema, { ...rest, seq: this.#seq + 1n, authorId, authorNickname, sendTimeMs });
    this.messages.set(message.seq, message);
    this.#sent.set(requestId, message);
    this.tell(authorId, { case: "messageSent", value: { $typeName: "trivium.v1.MessageSent", message } });
    return message;
  }

  #change(seq: bigint, to: (message: Message) => Message): void {
    const message = this.messages.get(seq);
    if (message === undefined) throw ownError(Code.NotFound, "NO_SUCH_MESSAGE", "no such message");
    this.messages.set(seq, to(message));
  }

  #page(request: { beforeSeq: bigint; afterSeq: bigint; aroundSeq: bigint; threadSeq: bigint; pageSize: number }) {
    const { beforeSeq, afterSeq, aroundSeq, threadSeq } = request;
    const size = request.pageSize || 50;
    const all = this.#all.filter((each) => threadSeq === 0n || each.threadSeq === threadSeq);
    let from = Math.max(0, all.length - size);
    if (afterSeq > 0n) from = all.findLastIndex((each) => each.seq <= afterSeq) + 1;
    else if (aroundSeq > 0n) from = Math.max(0, all.findIndex((each) => each.seq >= aroundSeq) - Math.floor(size / 2));
    const to = beforeSeq > 0n ? all.filter((each) => each.seq < beforeSeq).length : from + size;
    if (beforeSeq > 0n) from = Math.max(0, to - size);
    return { messages: all.slice(from, to), more: from > 0, moreAfter: to < all.length };
  }

  /** Refuses a message that is not for exactly the devices that there are. */
  #check({ envelopes }: SealedMessage): void {
    if (this.#keys === undefined) return;
    const [session] = this.#sessions;
    const members = session === undefined ? [] : [...roomOf(session, this.roomId).members.keys()];
    const devices = this.#keys.devices(...members);
    const id = (each: { userId: string; deviceId: string; keySeq: bigint }) =>
      `${each.userId} ${each.deviceId} ${each.keySeq}`;
    const [wanted, given] = [devices.map(id).sort().join(), envelopes.map(id).sort().join()];
    if (wanted === given) return;
    const currentDevices = create(CurrentDevicesSchema, { devices });
    const message = "the devices have changed";
    throw fromWire(
      create(ErrorSchema, { code: Code.FailedPrecondition, reason: "STALE_DEVICES", message, currentDevices }),
    );
  }
}

const EMPTY = {
  edited: { $typeName: "trivium.v1.MessageEdited", mentionsRoom: false },
  deleted: { $typeName: "trivium.v1.MessageDeleted", byHost: false },
  pin: { $typeName: "trivium.v1.PinChanged" },
  broadcast: { $typeName: "trivium.v1.BroadcastSent" },
  resend: { $typeName: "trivium.v1.ResendRequested" },
  hand: { $typeName: "trivium.v1.HandChanged" },
  receipt: { $typeName: "trivium.v1.Receipt" },
} as const;

function roomOf(session: TriviumSession, roomId: string) {
  const room = session.room(roomId);
  const state = room.state.get();
  room.release();
  return state;
}

function nickname(session: FakeSession, roomId: string): string {
  return roomOf(session, roomId).me?.nickname ?? "";
}
