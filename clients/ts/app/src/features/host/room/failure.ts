// What went wrong, as a sentence in a toast.

import { Code, ConnectError } from "@connectrpc/connect";
import { reason } from "@trivium/client";
import i18next from "i18next";
import { toast } from "sonner";

/** Reasons that need no words: the game has moved on by itself, and the screen shows it. */
const SILENT = new Set(["PHASE_CHANGED"]);

/** Whether the game had moved on when the command came. */
export function hasMovedOn(error: unknown): boolean {
  return reason(error) === "PHASE_CHANGED";
}

/** The sentence for an error; absent if nothing need be said. */
export function sentence(error: unknown): string | undefined {
  const { code, rawMessage: message } = ConnectError.from(error);
  // What fails on the way to the server has no reason of the server's.
  const name = reason(error) ?? (code === Code.Unavailable ? "UNAVAILABLE" : "other");
  if (SILENT.has(name)) return undefined;
  return i18next.t([`host:error.${name}`, "host:error.other"], { message });
}

/** Shows the sentence. */
export function showFailure(error: unknown): void {
  const text = sentence(error);
  // The same failure again replaces the toast instead of piling up.
  if (text) toast.error(text, { id: text });
}
