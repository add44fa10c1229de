// The live session of the account that hosts: one per page, for host, studio, results and demo.
//
// It is kept outside of React, so that it outlives redraws and moves between pages; whose it is comes from ./identity.ts. Guests
// have theirs in ./guests.ts.
import { Code } from "@connectrpc/connect";
import { connectTrivium, type TriviumSession } from "@trivium/client";
import { TriviumProvider, useSelected } from "@trivium/client/react";
import { createContext, lazy, type ReactNode, Suspense, useCallback, useContext, useEffect, useState } from "react";
import { PageLoading } from "../components/PageLoading";
import { SessionOver } from "../components/SessionOver";
import { findIdentity, forgetToken, type Identity } from "./identity";
import { roadOption } from "./road";

/** A session and whose it is. */
interface Account {
  readonly identity: Identity;
  readonly session: TriviumSession;
}

// Most servers and most visits need none.
const SignIn = lazy(() => import("../components/SignIn"));

const AccountContext = createContext<Account | undefined>(undefined);

let account: Promise<Account | undefined> | undefined;

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
  if (found === "nobody") return <Asking onToken={again} />;
  return (
    <Accepted account={found} onToken={again}>
      {children}
    </Accepted>
  );
}

function Asking(props: { onToken: () => void; refused?: boolean }) {
  return (
    <Suspense fallback={<PageLoading />}>
      <SignIn {...props} />
    </Suspense>
  );
}

/** The children, unless the session is over: for another token where this one is refused, else to begin anew. */
function Accepted({ account, onToken, children }: { account: Account; onToken: () => void; children: ReactNode }) {
  const { status, error } = useSelected(account.session.connection, ({ status, error }) => ({ status, error }));
  if (status === "closed") {
    const refused = error?.code === Code.Unauthenticated || error?.code === Code.PermissionDenied;
    return refused ? <Asking refused onToken={onToken} /> : <SessionOver error={error} onAgain={onToken} />;
  }
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

async function openAccount(): Promise<Account | undefined> {
  try {
    const identity = await findIdentity();
    if (identity === undefined) return undefined;
    return { identity, session: await connectTrivium({ ...roadOption(), token: () => identity.token() }) };
  } catch (error) {
    account = undefined;
    throw error;
  }
}
