// Names in a text of a chat: which to mark, and whether there is one. What marks them is in rich-text-mentions.ts, which is loaded later.

/** Which names to mark. */
export interface Mentions {
  readonly names: readonly string[];
  /** Those of them that mean the reader. */
  readonly own: readonly string[];
}

/** Whether a text has one of the names. */
export function hasMention(text: string, { names }: Mentions): boolean {
  const folded = text.toLowerCase();
  return names.some((name) => folded.includes(`@${name.toLowerCase()}`));
}
