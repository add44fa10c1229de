// One conversation as its parts need it: whose it is, what may be done in it, and how to get from one part to another.
//
// Neighbours: `../Talk` puts it together; `commands` has what goes to the server beside messages.
import type { Member, Room } from "@trivium/client/proto";
import type { ChatActions } from "@trivium/client/react";
import { createContext, useContext } from "react";
import type { Commands } from "./commands";

/** A conversation: a room's, or a thread's in it. */
export interface Talk {
  readonly roomId: string;
  readonly room: Room | undefined;
  readonly me: Member | undefined;
  /** Empty for those who only look on. */
  readonly ownId: string;
  /** Whether the caller is host or co-host. */
  readonly hosts: boolean;
  readonly members: ReadonlyMap<string, Member>;
  /** The message whose thread this is; 0 for the room itself. */
  readonly threadSeq: bigint;
  readonly actions: Pick<ChatActions, "send" | "retry" | "drop" | "edit" | "remove" | "react" | "setTyping">;
  readonly commands: Commands;
  /** Shows a message, wherever it is in the history. */
  jump(seq: bigint): void;
  /** Opens a thread; absent inside of one. */
  readonly openThread?: ((seq: bigint) => void) | undefined;
  /** The address of a message, where this page has one. */
  readonly linkOf?: ((seq: bigint) => string) | undefined;
}

const Context = createContext<Talk | undefined>(undefined);

export const TalkProvider = Context.Provider;

/** The conversation. */
export function useTalk(): Talk {
  const talk = useContext(Context);
  if (talk === undefined) throw new Error("useTalk outside of TalkProvider");
  return talk;
}

/** What somebody is called here. */
export function nameOf(members: ReadonlyMap<string, Member>, userId: string): string {
  return members.get(userId)?.nickname || userId;
}
