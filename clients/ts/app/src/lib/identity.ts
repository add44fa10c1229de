// Who the person at this page is, as far as hosting goes: the local operator, somebody with a token, or nobody yet.
//
// Sessions of accounts are made from it in ./sessions.tsx. Players need none of this: they come in as guests by a code.
import { load, save } from "./storage";

/** What `/.well-known/trivium` says that the app needs. */
export interface WellKnown {
  /** Whether this server hands a token to whoever asks from its own machine or network. */
  readonly operator: boolean;
}

/** An identity that may host. */
export interface Identity {
  /** `operator`: the embedded default without keys; `token`: pasted, or from the address. */
  readonly kind: "operator" | "token";
  /** A token that is good now; asks for a new one where that is possible. */
  token(): Promise<string>;
  /** The name in the token, if it has one. */
  readonly name: string;
  readonly userId: string;
}

interface OperatorToken {
  readonly token: string;
  readonly expire_time_ms: number;
  readonly user_id: string;
  readonly name: string;
}

const KEY = "trivium.token";
/** An operator token is renewed this long before it ends. */
const RENEW_MS = 60_000;

/**
 * Takes a token out of the address (`#operator=TOKEN` or `#token=TOKEN`), keeps it, and strips the fragment, so that it is
 * neither bookmarked nor read over a shoulder.
 */
export function takeFragmentToken(): void {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const token = fragment.get("operator") ?? fragment.get("token");
  if (token === null) return;
  if (isToken(token)) save(KEY, token);
  history.replaceState(history.state, "", location.pathname + location.search);
}

/** Whether this looks like a signed token at all. */
export function isToken(text: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text.trim()) && text.length <= 8192;
}

/** Keeps a pasted token. */
export function keepToken(token: string): void {
  save(KEY, token.trim());
}

/** Forgets the kept token. */
export function forgetToken(): void {
  save(KEY, null);
}

/** Finds out who is here; `undefined` if a token has to be pasted first. */
export async function findIdentity(): Promise<Identity | undefined> {
  const kept = load(KEY);
  if (kept !== null && isToken(kept) && !hasEnded(kept)) {
    const claims = readClaims(kept);
    return { kind: "token", name: claims.name, userId: claims.sub, token: async () => kept };
  }
  return (await wellKnown()).operator ? operator() : undefined;
}

/** Reads what the server says of itself. */
export async function wellKnown(): Promise<WellKnown> {
  const response = await fetch("/.well-known/trivium", { headers: { accept: "application/json" } });
  if (!response.ok) throw new Error(`/.well-known/trivium: ${response.status}`);
  const body: unknown = await response.json();
  return { operator: typeof body === "object" && body !== null && "operator" in body && body.operator === true };
}

async function operator(): Promise<Identity> {
  let held = await askOperatorToken();
  return {
    kind: "operator",
    name: held.name,
    userId: held.user_id,
    async token() {
      if (held.expire_time_ms - RENEW_MS < Date.now()) held = await askOperatorToken();
      return held.token;
    },
  };
}

async function askOperatorToken(): Promise<OperatorToken> {
  const response = await fetch("/operator/token", { method: "POST" });
  if (!response.ok) throw new Error(`/operator/token: ${response.status}`);
  return (await response.json()) as OperatorToken;
}

interface Claims {
  readonly sub: string;
  readonly name: string;
  /** Seconds since the Unix epoch; 0 for none. */
  readonly exp: number;
}

/** Reads a token without checking it: for show only, the server decides. */
function readClaims(token: string): Claims {
  try {
    const payload = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(payload), (char) => char.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof claims !== "object" || claims === null) return { sub: "", name: "", exp: 0 };
    const { sub, name, exp } = claims as Partial<Record<keyof Claims, unknown>>;
    return {
      sub: typeof sub === "string" ? sub : "",
      name: typeof name === "string" ? name : "",
      exp: typeof exp === "number" ? exp : 0,
    };
  } catch {
    return { sub: "", name: "", exp: 0 };
  }
}

function hasEnded(token: string): boolean {
  const { exp } = readClaims(token);
  return exp !== 0 && exp * 1000 < Date.now();
}
