// What went wrong, as a sentence in a toast.

import { ConnectError } from "@connectrpc/connect";
import { reason } from "@trivium/client";
import i18next from "i18next";
import { toast } from "sonner";

/** The sentence for an error. */
export function sentence(error: unknown): string {
  const message = ConnectError.from(error).rawMessage;
  return i18next.t([`studio:error.${reason(error) ?? "other"}`, "studio:error.other"], { message });
}

/** Shows the sentence; the same one again replaces the toast instead of piling up. */
export function showFailure(error: unknown): void {
  const text = sentence(error);
  toast.error(text, { id: text });
}
