// How the studio gets a token for what does not go by the session: uploads.
import { createContext, useContext } from "react";

/** Gives a token that is good now. */
export const TokenContext = createContext<(() => Promise<string>) | undefined>(undefined);

/** The giver of tokens; throws outside of the studio. */
export function useToken(): () => Promise<string> {
  const token = useContext(TokenContext);
  if (token === undefined) throw new Error("useToken needs a TokenContext above it");
  return token;
}
