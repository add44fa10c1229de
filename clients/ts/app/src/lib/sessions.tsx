// The live sessions of a page: one for the account that hosts (host, studio, results, demo), one per seat of a guest.
//
// Sessions are kept outside of React, so that they outlive redraws and moves between pages; who they are for comes from
// ./identity.ts.
import { type ConnectOptions, connectTrivium, type TriviumSession } from "@trivium/client";
import { TriviumProvider, useSelected } from "@trivium/client/react";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useState } from "react";
import { PageLoading } from "../components/PageLoading";
import { SignIn } from "../components/SignIn";
import { normalCode } from "./codes";
import { findIdentity, forgetToken, type Identity } from "./identity";

/** A session and whose it is. */
interface Account {
  readonly identity: Identity;
  readonly session: TriviumSession;
}

const AccountContext = createContext<Account | undefined>(undefined);

let account: Promise<Account | undefined> | undefined;
const guests = new Map<string, Promise<TriviumSession>>();

/** Who hosts; only inside of `AccountSession`. */
export function useIdentity(): Identity {
  const found = useContext(AccountContext);
  if (found === undefined) throw new Error("useIdentity outside of AccountSession");
  return found.identity;
}

/**
 * Finds out who hosts, connects once per page, and draws its children inside of the SDK's provider (`useSession` and the
 * other hooks of `@trivium/client/react`); asks for a token where one is needed. Does not wait for the connection itself:
 * see `session.connection`.
 */
export function AccountSession({ children }: { children: ReactNode }) {
  const [found, setFound] = useState<Account | "nobody" | undefined>();
  const [failure, setFailure] = useState<Error>();
  const find = useCallback(() => {
    account ??= openAccount();
    account.then((each) => setFound(each ?? "nobody"), setFailure);
  }, []);
  useEffect(find, [find]);
  if (failure !== undefined) throw failure;
  if (found === undefined) return <PageLoading />;
  const again = () => {
    account = undefined;
    setFound(undefined);
    find();
  };
  if (found === "nobody") return <SignIn onToken={again} />;
  return (
    <Accepted account={found} onToken={again}>
      {children}
    </Accepted>
  );
}

/** The children, unless the server refuses the token for good. */
function Accepted({ account, onToken, children }: { account: Account; onToken: () => void; children: ReactNode }) {
  const status = useSelected(account.session.connection, (connection) => connection.status);
  if (status === "closed") return <SignIn refused onToken={onToken} />;
  return (
    <AccountContext value={account}>
      <TriviumProvider session={account.session}>{children}</TriviumProvider>
    </AccountContext>
  );
}

/** Forgets the token and ends the session of the account. */
export async function signOut(): Promise<void> {
  forgetToken();
  const open = await account?.catch(() => undefined);
  account = undefined;
  await open?.session.close();
}

/**
 * The session of the guest with this code: the one that is open, else a new one. A kept seat is taken again by the SDK.
 * Fails with the server's `ConnectError` if the guest may not come in.
 */
export function guestSession(code: string, options: Omit<ConnectOptions, "code" | "token">): Promise<TriviumSession> {
  const key = normalCode(code);
  const open = guests.get(key);
  if (open !== undefined) return open;
  const fresh = connectTrivium({ ...options, code: key });
  guests.set(key, fresh);
  fresh.catch(() => guests.delete(key));
  return fresh;
}

/** Ends the guest's session; the seat stays unless it was given up. */
export async function closeGuest(code: string): Promise<void> {
  const key = normalCode(code);
  const open = await guests.get(key)?.catch(() => undefined);
  guests.delete(key);
  await open?.close();
}

async function openAccount(): Promise<Account | undefined> {
  try {
    const identity = await findIdentity();
    if (identity === undefined) return undefined;
    return { identity, session: await connectTrivium({ token: () => identity.token() }) };
  } catch (error) {
    account = undefined;
    throw error;
  }
}
