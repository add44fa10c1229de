// The session that the hooks use.

import { createContext, type ReactElement, type ReactNode, useContext } from "react";
import type { TriviumSession } from "../types.js";

const SessionContext = createContext<TriviumSession | null>(null);

/** Gives the session to the hooks below. The session stays the caller's: it is not closed when this goes. */
export function TriviumProvider(props: {
  readonly session: TriviumSession;
  readonly children?: ReactNode;
}): ReactElement {
  return <SessionContext.Provider value={props.session}>{props.children}</SessionContext.Provider>;
}

/** The session; throws outside of a `TriviumProvider`. */
export function useSession(): TriviumSession {
  const session = useContext(SessionContext);
  if (session === null) throw new Error("useSession needs a TriviumProvider above it");
  return session;
}
