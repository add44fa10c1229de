// What went wrong, as a sentence: that of the page's own texts, else the one that all pages share.
//
// Neighbours: `notify` shows it. Pages have their own sentences under `error` in their namespaces; the others are a namespace of
// their own, as most visits need none.
import { Code, ConnectError } from "@connectrpc/connect";
import { reason } from "@trivium/client";
import i18next from "i18next";
import de from "../features/failure/de.json";
import en from "../features/failure/en.json";
import { registerNamespace } from "../i18n";

registerNamespace("failure", { en, de });

/** Reasons that need no words: things have moved on by themselves, and the screen shows it. */
const SILENT = new Set(["PHASE_CHANGED"]);

/** The sentence for an error; absent if nothing need be said. */
export function sentenceFor(error: unknown, space?: string): string | undefined {
  const { code, rawMessage: message } = ConnectError.from(error);
  // What fails on the way to the server has no reason of the server's.
  const name = reason(error) ?? (code === Code.Unavailable ? "UNAVAILABLE" : "other");
  if (SILENT.has(name)) return undefined;
  const own = space === undefined ? [] : [`${space}:error.${name}`];
  return i18next.t([...own, `failure:${name}`, "failure:other"], { message });
}
