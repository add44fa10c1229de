// What the next message is about: the one that it answers, or the one that it is to replace, by room and thread.
//
// What is typed is kept by the session (`useDraft`); an edit has a text of its own, so that it costs nobody a draft.
import { create } from "zustand";

/** What a text is about. */
export type About =
  | { readonly kind: "reply"; readonly seq: bigint }
  | { readonly kind: "edit"; readonly seq: bigint; readonly text: string };

interface Abouts {
  readonly abouts: ReadonlyMap<string, About>;
  /** Nothing takes it back. */
  set(key: string, about: About | undefined): void;
}

/** What it is kept under. */
export function aboutKeyOf(roomId: string, threadSeq: bigint): string {
  return `${roomId} ${threadSeq}`;
}

/** Most conversations with something begun. */
const KEPT = 50;

export const useAbouts = create<Abouts>((set, get) => ({
  abouts: new Map(),
  set(key, about) {
    const abouts = new Map(get().abouts);
    abouts.delete(key);
    if (about !== undefined) abouts.set(key, about);
    const [oldest] = abouts.keys();
    if (abouts.size > KEPT && oldest !== undefined) abouts.delete(oldest);
    set({ abouts });
  },
}));
