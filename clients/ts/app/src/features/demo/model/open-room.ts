// Which room is open, at which message, and how to open another.
import { createContext, useContext } from "react";

interface Value {
  /** Empty for none. */
  readonly roomId: string;
  /** The message that the address names; another object when it is to be shown anew. */
  readonly target: { readonly seq: bigint } | undefined;
  open(roomId: string, seq?: bigint): void;
  /** Guests have one seat, and no other rooms. */
  readonly guest: boolean;
}

const Context = createContext<Value>({ roomId: "", target: undefined, open: () => {}, guest: false });

export const OpenRoom = Context;

export function useOpenRoom(): Value {
  return useContext(Context);
}
