// Short messages from pages that are to stay small: the library is loaded with the first one.
//
// Neighbours: `failure` has the sentences.

/** Says what the server refused, or what failed; the same sentence again replaces the toast instead of piling up. */
export async function notifyError(error: unknown, space?: string): Promise<void> {
  const { sentenceFor } = await import("./failure");
  const text = sentenceFor(error, space);
  if (text === undefined) return;
  const { toast } = await import("sonner");
  toast.error(text, { id: text });
}

/** Says that something worked. */
export async function notifySuccess(text: string): Promise<void> {
  const { toast } = await import("sonner");
  toast.success(text);
}
