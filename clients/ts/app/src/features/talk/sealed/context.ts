// What the messages of a sealed conversation say, for the rows that draw them. None of the algorithms are loaded by this.
//
// Neighbours: `SealedTalk` fills it; `Opened` draws from it.
import type { OpenFailure } from "@trivium/client/seal";
import { createContext, useContext } from "react";

/** A message as this device could open it. */
export interface OpenedText {
  readonly text: string | undefined;
  readonly failure: OpenFailure | undefined;
}

/** A sealed conversation. */
export interface SealedRoom {
  /** By `key` of the entry; without a text and a failure while it is being opened. */
  readonly texts: ReadonlyMap<string, OpenedText>;
  /** Shows what the server has in place of the texts. */
  readonly serverView: boolean;
  /** Asks a message's author for it again; whether that was done. */
  askAgain(seq: bigint): Promise<boolean>;
}

const Context = createContext<SealedRoom | undefined>(undefined);

export const SealedRoomProvider = Context.Provider;

/** The sealed conversation around; absent in all others. */
export function useSealedRoom(): SealedRoom | undefined {
  return useContext(Context);
}
