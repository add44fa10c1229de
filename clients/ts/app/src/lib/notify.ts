// Short messages from pages that are to stay small: the library is loaded with the first one.
import { ConnectError } from "@connectrpc/connect";

/** Says what the server refused, or what failed. */
export async function notifyError(error: unknown): Promise<void> {
  const { toast } = await import("sonner");
  toast.error(ConnectError.from(error).rawMessage);
}

/** Says that something worked. */
export async function notifySuccess(text: string): Promise<void> {
  const { toast } = await import("sonner");
  toast.success(text);
}
