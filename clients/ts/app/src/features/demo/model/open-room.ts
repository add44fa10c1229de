// Which room is open, and how to open another.
import { createContext, useContext } from "react";

interface Value {
  /** Empty for none. */
  readonly roomId: string;
  open(roomId: string): void;
  /** Guests have one seat, and no other rooms. */
  readonly guest: boolean;
}

const Context = createContext<Value>({ roomId: "", open: () => {}, guest: false });

export const OpenRoom = Context;

export function useOpenRoom(): Value {
  return useContext(Context);
}
