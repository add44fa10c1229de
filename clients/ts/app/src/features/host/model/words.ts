// The sizes of the words of a cloud.

import type { TextCount } from "@trivium/client/proto";

/** A word of the cloud. */
export interface Word {
  readonly text: string;
  readonly count: number;
  /** 0 for the rarest to 1 for the most frequent; all 0.5 where all are equal. */
  readonly weight: number;
}

/** Most words of a cloud: what is still read from the last row. */
export const MAX_WORDS = 30;

/** The words of a cloud: by frequency, the most frequent in the middle of the reading order. */
export function cloudOf(texts: readonly TextCount[]): Word[] {
  const top = texts.slice(0, MAX_WORDS);
  const most = top[0]?.count ?? 0;
  const least = top.at(-1)?.count ?? 0;
  const words = top.map(({ text, count }) => ({
    text,
    count,
    // Area follows the count, so the size of the type follows its root.
    weight: most === least ? 0.5 : Math.sqrt((count - least) / (most - least)),
  }));
  const middle: Word[] = [];
  for (const [n, word] of words.entries()) {
    if (n % 2 === 0) middle.push(word);
    else middle.unshift(word);
  }
  return middle;
}
