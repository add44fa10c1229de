// Hooks of React over sealing: this device and those of others, and the messages of a sealed conversation.
//
// Neighbours: `sealer` and `conversation` do the work. Loaded when somebody opens such a conversation, so that no other page grows.

import { useEffect, useMemo } from "react";
import { useConnection, useRoom, useSelected, useSession } from "../react/index.js";
import type { ChatMessage } from "../types.js";
import type { ResendRequest, SealedSendOptions } from "./conversation.js";
import type { OpenFailure } from "./message.js";
import { type Sealing, type SealingOptions, type SealingState, sealingOf } from "./sealer.js";

/** Sealing with its actions. Actions reject with `ConnectError`; their identity does not change. */
export interface SealingHook extends SealingState, SealingActions {}

/** What a person does about devices. */
export type SealingActions = Pick<
  Sealing,
  "refresh" | "accept" | "setVerified" | "safetyNumber" | "rotate" | "revoke" | "renew" | "begin"
>;

/** This device, and the devices of everybody whom it has met. */
export function useSealing(options?: SealingOptions): SealingHook {
  const sealing = useSealer(options);
  const state = useSelected(sealing.state, (value) => value, Object.is);
  const actions = useMemo(
    (): SealingActions => ({
      begin: () => sealing.begin(),
      refresh: (userIds) => sealing.refresh(userIds),
      accept: (userId) => sealing.accept(userId),
      setVerified: (userId, verified) => sealing.setVerified(userId, verified),
      safetyNumber: (userId) => sealing.safetyNumber(userId),
      rotate: () => sealing.rotate(),
      revoke: (deviceId) => sealing.revoke(deviceId),
      renew: () => sealing.renew(),
    }),
    [sealing],
  );
  return useMemo(() => ({ ...state, ...actions }), [state, actions]);
}

/** A message of a sealed conversation. */
export interface SealedEntry {
  readonly entry: ChatMessage;
  /** What it says, once it is opened. Absent too where it was deleted. */
  readonly text: string | undefined;
  /** When its author wrote it, by the clock of the author's device; 0 while it is not known. */
  readonly sendTimeMs: number;
  /** Why it shows no text. */
  readonly failure: OpenFailure | undefined;
  /** The message of the same author that it brings again; 0 for none. */
  readonly resendOf: bigint;
}

/** A sealed conversation with its actions. */
export interface SealedHook extends SealedActions {
  /** Oldest first. What was sent again is shown once. */
  readonly messages: readonly SealedEntry[];
  /** Who asks for messages of the caller's again. */
  readonly requests: readonly ResendRequest[];
}

/** What a person does in a sealed conversation. */
export interface SealedActions {
  /** Seals and sends; shown at once. A failed one stays, to be retried or dropped. */
  send(text: string, options?: SealedSendOptions): Promise<void>;
  retry(key: string): Promise<void>;
  drop(key: string): void;
  /** Asks the author's devices for a message that could not be opened; `false` where asking is of no use. */
  askAgain(messageSeq: bigint): Promise<boolean>;
  /** Sends again what is asked for, or forgets that it was asked for. */
  answer(request: ResendRequest, agrees: boolean): Promise<void>;
}

/** The messages of a sealed conversation, opened. */
export function useSealed(roomId: string, options?: SealingOptions): SealedHook {
  const sealing = useSealer(options);
  const conversation = useMemo(() => sealing.conversation(roomId), [sealing, roomId]);
  const messages = useRoom(roomId, ({ chat }) => (chat.jump ?? chat).messages, Object.is);
  const { opened, requests } = useSelected(conversation.view, (view) => view);
  const shown = useMemo(() => {
    const entries = messages.map((entry): SealedEntry => {
      const known = opened.get(entry.key);
      const content = known !== undefined && "content" in known ? known.content : undefined;
      return {
        entry,
        text: entry.message.sealed === undefined && entry.status === "saved" ? undefined : content?.text,
        sendTimeMs: Number(content?.sendTimeMs ?? 0n),
        failure: known !== undefined && "failure" in known ? known.failure : undefined,
        resendOf: content?.resendOf ?? 0n,
      };
    });
    return once(entries);
  }, [messages, opened]);
  const actions = useMemo(
    (): SealedActions => ({
      send: (text, given) => conversation.send(text, given),
      retry: (key) => conversation.retry(key),
      drop: (key) => conversation.drop(key),
      askAgain: (messageSeq) => conversation.askAgain(messageSeq),
      answer: (request, agrees) => conversation.answer(request, agrees),
    }),
    [conversation],
  );
  const live = useConnection(({ status }) => status === "live");
  useEffect(() => {
    // What could not be opened without the server is tried again with it.
    if (live) conversation.again();
  }, [live, conversation]);
  return useMemo(() => ({ messages: shown, requests, ...actions }), [shown, requests, actions]);
}

/** Of a message and what its author sent in its place, the one that can be read. */
function once(entries: readonly SealedEntry[]): SealedEntry[] {
  const bySeq = new Map(entries.map((each) => [each.entry.message.seq, each]));
  const replaced = new Set<bigint>();
  const needless = new Set<string>();
  for (const { entry, resendOf } of entries) {
    const before = resendOf === 0n ? undefined : bySeq.get(resendOf);
    if (before === undefined || before.entry.message.authorId !== entry.message.authorId) continue;
    if (before.failure === undefined) needless.add(entry.key);
    else replaced.add(resendOf);
  }
  return entries.filter(({ entry }) => !needless.has(entry.key) && !replaced.has(entry.message.seq));
}

function useSealer(options: SealingOptions | undefined): Sealing {
  const session = useSession();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the options count the first time only
  return useMemo(() => sealingOf(session, options), [session]);
}
