// A room from a snapshot, and what of the state before it still holds.
//
// Neighbours: `reduce` brings snapshots here.

import { QuizPhase, type RoomSnapshot } from "../proto.js";
import type { ChatMessage, ChatView, OwnAnswer, QuizView, RoomState } from "../types.js";
import { savedEntries } from "./chat.js";
import { closedBefore, commonClose } from "./deadlines.js";
import { handsOf } from "./hands.js";
import { inboxFrom } from "./inbox.js";
import type { QuizModel } from "./model.js";
import { moderationFrom } from "./moderation.js";
import { receiptsFrom } from "./receipts.js";

/** How many messages a snapshot has at most: with fewer, there are no older ones. */
const SNAPSHOT_MESSAGES = 100;

/** The room as the snapshot says. What only this client knows stays: messages on their way, the own answer, reveals heard. */
export function fromSnapshot(before: RoomState, snapshot: RoomSnapshot): RoomState {
  const { room, me, cursor } = snapshot;
  const quiz = quizFrom(before, snapshot);
  return {
    roomId: before.roomId,
    status: "live",
    ...(room === undefined ? {} : { room }),
    ...(me === undefined ? {} : { me }),
    members: new Map(snapshot.members.map((each) => [each.userId, each])),
    memberCount: snapshot.memberCount,
    presences: new Map(snapshot.presences.map((each) => [each.userId, each])),
    bannedUserIds: new Set(snapshot.bannedUserIds),
    invitations: new Map(snapshot.invitations.map((each) => [each.code, each])),
    ...(quiz === undefined ? {} : { quiz }),
    chat: chatFrom(before.chat, snapshot),
    receipts: receiptsFrom(before, snapshot),
    moderation: moderationFrom(before, snapshot),
    hands: handsOf(snapshot.members),
    ...inboxFrom(before, snapshot),
    announcements: snapshot.announcements,
    ...(before.presenceCounts === undefined ? {} : { presenceCounts: before.presenceCounts }),
    ...(cursor === undefined ? {} : { cursor }),
  };
}

function quizFrom(before: RoomState, snapshot: RoomSnapshot): QuizView | undefined {
  const state = snapshot.quiz;
  if (state === undefined) return undefined;
  const sameGame =
    before.cursor?.epoch === snapshot.cursor?.epoch &&
    before.quiz?.state.quizId === state.quizId &&
    before.quiz.state.revision === state.revision;
  const index = state.prompt?.index;
  const commonCloseMs = commonClose(state, snapshot.me);
  const model: QuizModel = {
    state,
    ...ownFrom(sameGame ? before.quiz?.own : undefined, index, state.answered),
    answers: new Map(
      sameGame && before.quiz?.state.prompt?.index === index
        ? [...before.quiz.answers].filter(([, answer]) => answer.index === index)
        : [],
    ),
    reveals: revealsFrom(sameGame ? before.quiz?.reveals : undefined, state),
    commonCloseMs,
    ...(state.phase > QuizPhase.OPEN ? { closedAtMs: closedBefore(state, commonCloseMs, snapshot.members) } : {}),
  };
  return model;
}

function ownFrom(before: OwnAnswer | undefined, index: number | undefined, answered: boolean): { own?: OwnAnswer } {
  if (index === undefined) return {};
  const same = before?.questionIndex === index ? before : undefined;
  if (answered) return { own: { ...(same ?? { questionIndex: index }), status: "locked" } };
  // One that is on its way is still to be answered; one that was locked was so in a game that is lost.
  return same === undefined || same.status === "locked" ? {} : { own: same };
}

function revealsFrom(before: QuizView["reveals"] | undefined, state: QuizView["state"]): QuizView["reveals"] {
  const next = new Map<number, NonNullable<typeof state.reveal>>();
  const begun = state.phase !== QuizPhase.LOBBY && state.phase !== QuizPhase.STARTING;
  for (const [index, reveal] of begun ? (before ?? []) : []) {
    // A game begun anew is behind the one before.
    if (state.prompt === undefined || index <= state.prompt.index) next.set(index, reveal);
  }
  if (state.reveal !== undefined) next.set(state.reveal.index, state.reveal);
  return next;
}

function chatFrom(before: ChatView, snapshot: RoomSnapshot): ChatView {
  const keys = new Map<bigint, string>();
  const unsaved: ChatMessage[] = [];
  for (const entry of before.messages) {
    if (entry.status === "saved") keys.set(entry.message.seq, entry.key);
    else unsaved.push(entry);
  }
  const saved = savedEntries(snapshot.messages).map((entry) => ({
    ...entry,
    key: keys.get(entry.message.seq) ?? entry.key,
  }));
  return {
    messages: [...saved, ...unsaved],
    more: snapshot.messages.length >= SNAPSHOT_MESSAGES,
    typing: new Set(),
    // What was read beside the newest may have changed unheard, and is read again by whoever looks at it.
    pins: snapshot.pins,
    pinsMissing: false,
    threads: new Map(),
  };
}
