// What went wrong, as a sentence in a toast.

import { toast } from "sonner";
import { sentenceFor } from "../../lib/failure";

/** The sentence for an error; empty where nothing need be said. */
export function sentence(error: unknown): string {
  return sentenceFor(error, "studio") ?? "";
}

/** Shows the sentence; the same one again replaces the toast instead of piling up. */
export function showFailure(error: unknown): void {
  const text = sentence(error);
  if (text !== "") toast.error(text, { id: text });
}
