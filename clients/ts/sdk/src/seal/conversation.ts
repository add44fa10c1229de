// The sealed messages of one conversation: sealed as they are sent, opened as they come.
//
// Neighbours: `sealer` makes one per room; `message` seals and opens, `directory` says for whom and whom to believe.

import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import {
  ChatService,
  type Message,
  MessageSchema,
  type ResendRequested,
  type SealedContent,
  type SealedMessage,
} from "../proto.js";
import { ownError, reason } from "../session/errors.js";
import { newRequestId } from "../session/request-id.js";
import { createStore, type Store } from "../state/store.js";
import type { ChatMessage, Readable, RoomHandle, RoomState, TriviumSession } from "../types.js";
import { content } from "./content.js";
import type { OwnDevice } from "./device.js";
import type { Directory } from "./directory.js";
import {
  type Opened,
  type OpenFailure,
  openMessage,
  placeOf,
  type Recipient,
  resendReason,
  sealMessage,
} from "./message.js";

/** Messages whose text is remembered; those opened longest ago are opened again when they are needed. */
const MAX_OPENED = 2_000;
/** Requests to send again that wait for the person; the oldest go first. */
const MAX_REQUESTS = 50;

/** Somebody's device could not open a message of the caller's. */
export interface ResendRequest extends Pick<ResendRequested, "messageSeq" | "userId" | "deviceId" | "reason"> {
  /** Identifier: the position of the event. */
  readonly seq: bigint;
}

/** What is known of the sealed messages of a conversation. */
export interface SealedView {
  /** By `key` of the entry in `ChatView`; absent while a message is being opened. */
  readonly opened: ReadonlyMap<string, Opened>;
  /** Who asks for messages of the caller's again, the first one first. */
  readonly requests: readonly ResendRequest[];
}

/** How a message is sent. */
export interface SealedSendOptions {
  /** The message that this one answers. */
  readonly replyTo?: bigint;
  /** The message of the caller's own that this one brings again. */
  readonly resendOf?: bigint;
}

/** The sealed messages of one room. */
export class SealedConversation {
  readonly #session: TriviumSession;
  readonly #device: () => Promise<OwnDevice>;
  readonly #directory: () => Promise<Directory>;
  readonly #room: RoomHandle;
  readonly #view: Store<SealedView> = createStore<SealedView>({ opened: new Map(), requests: [] });
  /** By sending device and request, the first message that was shown. */
  readonly #shown = new Map<string, bigint>();
  readonly #stops: (() => void)[];
  /** Users whose devices were asked for in this session. */
  readonly #asked: Set<string>;
  /** Devices that an envelope has named and this one did not know. */
  readonly #strangers = new Set<string>();
  #opening: Promise<void> = Promise.resolve();
  #met = false;
  #seen: RoomState | undefined;

  /** @hidden `Sealing.conversation` makes one. */
  constructor(
    session: TriviumSession,
    room: RoomHandle,
    device: () => Promise<OwnDevice>,
    directory: () => Promise<Directory>,
    asked: Set<string>,
  ) {
    this.#session = session;
    this.#room = room;
    this.#device = device;
    this.#directory = directory;
    this.#asked = asked;
    this.#stops = [
      room.state.subscribe(() => this.#look()),
      room.onEvent(({ response }) => {
        if (response.case !== "event" || response.value.event.case !== "resendRequested") return;
        this.#requested({ ...response.value.event.value, seq: response.value.seq });
      }),
    ];
    this.#look();
  }

  get view(): Readable<SealedView> {
    return this.#view;
  }

  /** Seals and sends. Shown at once; a failed one stays, to be retried or dropped. */
  async send(text: string, { replyTo = 0n, resendOf = 0n }: SealedSendOptions = {}): Promise<void> {
    const sendTimeMs = BigInt(Math.round(this.#session.clock.now()));
    await this.#attempt(newRequestId(), content(text, sendTimeMs, resendOf), replyTo);
  }

  /** Sends a failed one again, under the same key. */
  async retry(key: string): Promise<void> {
    const entry = this.#room.state.get().chat.messages.find((each) => each.key === key && each.status === "failed");
    const opened = this.#view.get().opened.get(key);
    if (entry === undefined || opened === undefined || !("content" in opened)) return;
    await this.#attempt(key, opened.content, entry.message.replyTo);
  }

  /** Gives a failed one up. */
  drop(key: string): void {
    this.#room.apply({ kind: "message-dropped", key });
  }

  /** Asks the author's devices for a message that could not be opened; `false` where asking is of no use. */
  async askAgain(messageSeq: bigint): Promise<boolean> {
    const entry = sealedOf(this.#room.state.get()).find((each) => each.message.seq === messageSeq);
    const opened = entry && this.#view.get().opened.get(entry.key);
    const why = opened !== undefined && "failure" in opened ? resendReason(opened.failure) : undefined;
    if (why === undefined) return false;
    const { deviceId } = await this.#device();
    const { id: roomId } = this.#room;
    await this.#session.client(ChatService).requestResend({ roomId, messageSeq, deviceId, reason: why });
    return true;
  }

  /** Sends a message again for whom it is asked for, because the person agrees; or forgets that it was asked for. */
  async answer(request: ResendRequest, agrees: boolean): Promise<void> {
    const { requests } = this.#view.get();
    if (agrees) {
      const entry = sealedOf(this.#room.state.get()).find((each) => each.message.seq === request.messageSeq);
      const opened = entry && this.#view.get().opened.get(entry.key);
      if (entry === undefined || opened === undefined || !("content" in opened)) {
        throw ownError(Code.FailedPrecondition, "NOT_READABLE", "this device cannot read the message either");
      }
      await this.send(opened.content.text, { replyTo: entry.message.replyTo, resendOf: request.messageSeq });
    }
    this.#view.set({ ...this.#view.get(), requests: requests.filter((each) => each.seq !== request.seq) });
  }

  /** Opens anew what could not be opened: after somebody's devices were accepted, or this one has another key. */
  again(): void {
    const opened = new Map([...this.#view.get().opened].filter(([, each]) => "content" in each));
    this.#view.set({ ...this.#view.get(), opened });
    this.#seen = undefined;
    this.#look();
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#room.release();
  }

  async #attempt(key: string, said: SealedContent, replyTo: bigint): Promise<void> {
    const { me } = this.#room.state.get();
    const message = create(MessageSchema, {
      authorId: me?.userId ?? this.#session.connection.get().userId,
      authorNickname: me?.nickname ?? "",
      replyTo,
      sendTimeMs: said.sendTimeMs,
    });
    this.#put(key, { content: said });
    this.#room.apply({ kind: "message-sending", key, message });
    try {
      const saved = await this.#sealed(key, message, said);
      if (saved !== undefined) this.#room.apply({ kind: "message-saved", key, message: saved });
    } catch (thrown) {
      const error = ConnectError.from(thrown);
      this.#room.apply({ kind: "message-failed", key, error });
      throw error;
    }
  }

  /** Seals for the devices that there are, and once more if the server knows of others. */
  async #sealed(key: string, message: Message, said: SealedContent): Promise<Message | undefined> {
    for (let again = false; ; again = true) {
      const device = await this.#device();
      const recipients = await this.#recipients(again);
      const { authorId, replyTo } = message;
      const place = { roomId: this.#room.id, authorId, senderDeviceId: device.deviceId, requestId: key, replyTo };
      const sealed = await sealMessage(place, said, recipients, device.signing);
      this.#room.apply({ kind: "message-sending", key, message: { ...message, sealed } });
      try {
        const { roomId } = place;
        const answer = await this.#session
          .client(ChatService)
          .sendSealedMessage({ requestId: key, roomId, sealed, replyTo });
        return answer.message;
      } catch (error) {
        if (again || reason(error) !== "STALE_DEVICES") throw error;
      }
    }
  }

  async #recipients(again: boolean): Promise<Recipient[]> {
    const directory = await this.#directory();
    const userIds = await this.#meetMembers(again);
    const own = this.#session.connection.get().userId;
    const users = userIds.flatMap((userId) => directory.user(userId) ?? []);
    const blocked = users.find((user) => user.blocked && user.userId !== own);
    if (blocked !== undefined) {
      const why = blocked.rewritten ? "KEYS_REWRITTEN" : "KEYS_CHANGED";
      throw ownError(Code.FailedPrecondition, why, `the devices of ${blocked.userId} have to be accepted first`);
    }
    if (!users.some((user) => user.userId !== own && user.devices.length > 0)) {
      // The server, which would know better, refuses only what is sent: others may have a device since they were asked for.
      if (!again) return this.#recipients(true);
      throw ownError(Code.FailedPrecondition, "NO_DEVICES", "nobody else here has a device that could read it");
    }
    return users.flatMap((user) => user.devices);
  }

  /** Asks for the devices of the members, where that was not done in this session. */
  async #meetMembers(again: boolean): Promise<string[]> {
    const userIds = [...this.#room.state.get().members.keys()];
    const unasked = again ? userIds : userIds.filter((userId) => !this.#asked.has(userId));
    if (unasked.length > 0) await (await this.#directory()).refresh(unasked);
    for (const userId of unasked) this.#asked.add(userId);
    return userIds;
  }

  /** Opens what is new, in the order of the log. */
  #look(): void {
    const state = this.#room.state.get();
    if (!this.#met && state.status === "live") {
      // What has changed is told before the first word is written.
      this.#met = true;
      this.#meetMembers(false).catch(() => {
        this.#met = false;
      });
    }
    if (this.#seen?.chat === state.chat) return;
    this.#seen = state;
    const { opened } = this.#view.get();
    const fresh = sealedOf(state).filter((entry) => !opened.has(entry.key));
    if (fresh.length === 0) return;
    this.#opening = this.#opening.then(async () => {
      for (const entry of fresh) {
        if (this.#view.get().opened.has(entry.key)) continue;
        try {
          this.#put(entry.key, await this.#open(entry.message));
        } catch {
          // Without the server the author's devices are not known; it is tried again with the next message.
        }
      }
    });
  }

  async #open(message: Message): Promise<Opened> {
    const { sealed, authorId, seq, sendTimeMs } = message;
    if (sealed === undefined) return failed("damaged");
    const signingKey = await this.#signingKey(authorId, sealed.senderDeviceId, sendTimeMs);
    if (signingKey === undefined) return failed("unknownDevice");
    const { reader } = await this.#device();
    const opened = await openMessage(placeOf(this.#room.id, message, sealed), sealed, signingKey, reader);
    if ("failure" in opened && opened.failure === "badSignature") return opened;
    await this.#meetReaders(sealed);
    return this.#isReplay(sealed, seq) ? failed("replayed") : opened;
  }

  /** Somebody has sealed for a device that is not known here: who reads along is asked for, and told to the person. */
  async #meetReaders({ envelopes }: SealedMessage): Promise<void> {
    const directory = await this.#directory();
    const unknown = envelopes.filter(({ userId, deviceId, keySeq }) => {
      const device = directory.user(userId)?.log.devices.get(deviceId);
      const name = `${userId}/${deviceId}/${keySeq}`;
      if ((device !== undefined && device.keySeq >= keySeq) || this.#strangers.has(name)) return false;
      this.#strangers.add(name);
      return true;
    });
    if (this.#strangers.size > MAX_OPENED) this.#strangers.clear();
    // Somebody who has left may be nobody's business any more; the text is shown all the same.
    if (unknown.length > 0) await directory.refresh([...new Set(unknown.map(({ userId }) => userId))]).catch(() => {});
  }

  /** Whether the same was shown before as another message: the first one counts, in whatever order they are read. */
  #isReplay({ senderDeviceId, requestId }: SealedMessage, seq: bigint): boolean {
    const once = `${senderDeviceId} ${requestId}`;
    const first = this.#shown.get(once);
    if (seq === 0n || first === seq) return false;
    if (first !== undefined && first < seq) return true;
    this.#shown.set(once, seq);
    const later = sealedOf(this.#room.state.get()).find((each) => each.message.seq === first);
    if (later !== undefined) this.#put(later.key, failed("replayed"));
    return false;
  }

  async #signingKey(authorId: string, deviceId: string, sendTimeMs: bigint): Promise<Uint8Array | undefined> {
    const directory = await this.#directory();
    const find = () => directory.user(authorId)?.log.devices.get(deviceId);
    if (find() === undefined) await directory.refresh([authorId]);
    const device = find();
    const revoked = device !== undefined && device.revokeTimeMs > 0n && device.revokeTimeMs < sendTimeMs;
    return device === undefined || revoked ? undefined : device.signingKey;
  }

  #put(key: string, opened: Opened): void {
    const view = this.#view.get();
    const all = new Map(view.opened);
    all.delete(key);
    all.set(key, opened);
    for (const oldest of all.keys()) {
      if (all.size <= MAX_OPENED) break;
      all.delete(oldest);
    }
    this.#view.set({ ...view, opened: all });
  }

  #requested({ messageSeq, userId, deviceId, reason: why, seq }: ResendRequest): void {
    const own = this.#session.connection.get().userId;
    const entry = sealedOf(this.#room.state.get()).find((each) => each.message.seq === messageSeq);
    // Hosts hear of requests to others too.
    if (entry?.message.authorId !== own) return;
    const view = this.#view.get();
    const others = view.requests.filter((each) => each.messageSeq !== messageSeq || each.deviceId !== deviceId);
    const requests = [...others, { messageSeq, userId, deviceId, reason: why, seq }].slice(-MAX_REQUESTS);
    this.#view.set({ ...view, requests });
  }
}

/** The sealed messages of a room that are known here, each once, oldest first. */
export function sealedOf({ chat }: RoomState): ChatMessage[] {
  const all = new Map<string, ChatMessage>();
  for (const list of [
    chat.messages,
    chat.jump?.messages ?? [],
    ...[...chat.threads.values()].map((each) => each.messages),
  ]) {
    for (const entry of list) if (entry.message.sealed !== undefined) all.set(entry.key, entry);
  }
  return [...all.values()].sort((a, b) => Number(a.message.seq - b.message.seq));
}

function failed(failure: OpenFailure): Opened {
  return { failure };
}
