// The live sessions of guests: one per code and page, kept outside of React.
//
// The SDK is loaded when it is first needed, so that a page that only asks for a code or a name is there at once. Accounts have
// theirs in ./sessions.tsx.
import type { ConnectOptions, SavedSeat, TriviumSession } from "@trivium/client";
import { normalCode, recentCodes } from "./codes";
import { roadOption } from "./road";

const guests = new Map<string, Promise<TriviumSession>>();

/** Loads the SDK ahead of time. */
export function loadSdk(): Promise<typeof import("@trivium/client")> {
  return import("@trivium/client");
}

/**
 * The session of the guest with this code: the one that is open, else a new one. A kept seat is taken again by the SDK.
 * Fails with the server's `ConnectError` if the guest may not come in.
 */
export function guestSession(code: string, options: Omit<ConnectOptions, "code" | "token">): Promise<TriviumSession> {
  const key = normalCode(code);
  const open = guests.get(key);
  if (open !== undefined) return open;
  const fresh = loadSdk().then(({ connectTrivium }) => connectTrivium({ ...roadOption(), ...options, code: key }));
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

/** Whether a seat may be kept on this device, without loading anything. */
export function mayHaveSeat(code: string): boolean {
  return recentCodes().includes(normalCode(code));
}

/** The seat that this device still has in the room of a code. */
export async function keptSeat(code: string): Promise<SavedSeat | undefined> {
  return mayHaveSeat(code) ? (await loadSdk()).savedSeat(normalCode(code)) : undefined;
}

/** Forgets the seat. */
export async function forgetKeptSeat(code: string): Promise<void> {
  (await loadSdk()).forgetSeat(normalCode(code));
}
