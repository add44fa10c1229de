// What the reducer remembers beyond what applications see. All of it is optional, so that every state of the public types is
// one that the reducer can go on from.

import type { Presence } from "../proto.js";
import type { ChatView, ModerationView, QuizView, ReceiptsView, RoomState } from "../types.js";

/** A live quiz with what its deadlines and counts are worked out from. */
export interface QuizModel extends QuizView {
  /** When answering closes for those without accommodations; 0 if it has not opened. */
  readonly commonCloseMs?: bigint;
  /** When answering closed, if this client heard it. */
  readonly closedAtMs?: bigint;
}

/** Chat with when each typing is forgotten, by the clock given to `reduceRoom`. */
export interface ChatModel extends ChatView {
  readonly typingUntilMs?: ReadonlyMap<string, number>;
}

/** A room with the newest tick heard of each signal, and presences of users who are not members yet, or no more. */
export interface RoomModel extends RoomState {
  readonly ticks?: ReadonlyMap<string, bigint>;
  readonly strangers?: ReadonlyMap<string, Presence>;
}

/** Marks with which messages are unread, as far as this client knows them. */
export interface ReceiptsModel extends ReceiptsView {
  /** Unread messages by number, and whether they mention the caller. */
  readonly known?: ReadonlyMap<bigint, boolean>;
  /** From this number on, all that is unread is in `known`. */
  readonly knownFrom?: bigint;
  /** How many unread ones, and mentions, are older than that. */
  readonly older?: number;
  readonly olderMentions?: number;
  /** Whether `older` is too high, because some of them were read elsewhere. */
  readonly inexact?: boolean;
}

/** Moderation with which messages are known to wait, or to be put aside. */
export interface ModerationModel extends ModerationView {
  readonly pending?: ReadonlySet<bigint>;
  readonly archived?: ReadonlySet<bigint>;
}
