// What went wrong, as a sentence in a toast.

import { reason } from "@trivium/client";
import { toast } from "sonner";
import { sentenceFor } from "../../../lib/failure";

/** Whether the game had moved on when the command came. */
export function hasMovedOn(error: unknown): boolean {
  return reason(error) === "PHASE_CHANGED";
}

/** The sentence for an error; absent if nothing need be said. */
export function sentence(error: unknown): string | undefined {
  return sentenceFor(error, "host");
}

/** Shows the sentence; the same one again replaces the toast instead of piling up. */
export function showFailure(error: unknown): void {
  const text = sentence(error);
  if (text !== undefined) toast.error(text, { id: text });
}
