// Mentions as `@name`: who is meant while somebody types, and which words of a message to mark.
import type { Member, Message } from "@trivium/client/proto";

/** Longest nickname of the wire. */
const LONGEST_NAME = 40;
/** What everybody in the room is called. */
export const EVERYBODY = "room";

/** A mention that is being typed. */
export interface Typed {
  /** Where its `@` stands. */
  readonly start: number;
  /** What follows it up to the caret. */
  readonly query: string;
}

/** Who can be mentioned. */
export interface Candidate {
  readonly userId: string;
  readonly name: string;
  readonly avatar: string;
}

/** The mention at the caret; names may have spaces, so only the list of candidates can tell where one ends. */
export function mentionAt(text: string, caret: number): Typed | undefined {
  const before = text.slice(Math.max(0, caret - LONGEST_NAME - 1), caret);
  const at = before.lastIndexOf("@");
  if (at < 0) return undefined;
  const start = caret - before.length + at;
  const previous = text[start - 1];
  // An address such as ada@example.org is no mention.
  if (previous !== undefined && !/[\s([{"'„“,;:]/.test(previous)) return undefined;
  const query = before.slice(at + 1);
  return /\n|^\s|\s{2}/.test(query) ? undefined : { start, query };
}

/** Those whose names fit: names that begin so first, then those with a word that does. */
export function candidatesFor(query: string, people: readonly Candidate[], most: number): readonly Candidate[] {
  const wanted = query.toLocaleLowerCase();
  const ranked = people.flatMap((each) => {
    const name = each.name.toLocaleLowerCase();
    // What goes on behind a whole name is no longer about that name.
    if (name === wanted.trimEnd() && wanted !== name) return [];
    if (name.startsWith(wanted)) return [{ each, rank: 0 }];
    return name.split(/[\s._-]+/).some((word) => word.startsWith(wanted)) ? [{ each, rank: 1 }] : [];
  });
  const found = ranked
    .sort((a, b) => a.rank - b.rank)
    .slice(0, most)
    .map(({ each }) => each);
  // A name that stands there in full, and can be nobody else's, needs no help: Enter is to send it.
  return found.length === 1 && found[0]?.name.toLocaleLowerCase() === wanted ? [] : found;
}

/** The text with a name in place of what was typed, and where the caret goes. */
export function complete(text: string, typed: Typed, name: string): { readonly text: string; readonly caret: number } {
  const head = `${text.slice(0, typed.start)}@${name} `;
  const tail = text.slice(typed.start + 1 + typed.query.length).replace(/^ /, "");
  return { text: head + tail, caret: head.length };
}

/** Names to mark in a message. */
export interface Marked {
  readonly names: readonly string[];
  /** Those of them that mean the reader. */
  readonly own: readonly string[];
}

const NOBODY: Marked = { names: [], own: [] };

/** The names that a message mentions by the server's word, as they are called now. */
export function markedIn(message: Message, members: ReadonlyMap<string, Member>, ownId: string): Marked {
  const { mentionUserIds, mentionsRoom } = message;
  if (mentionUserIds.length === 0 && !mentionsRoom) return NOBODY;
  const room = mentionsRoom ? [EVERYBODY] : [];
  const names = mentionUserIds.flatMap((id) => members.get(id)?.nickname ?? []);
  const own = mentionUserIds.includes(ownId) ? [members.get(ownId)?.nickname ?? ""].filter(Boolean) : [];
  return { names: [...names, ...room], own: [...own, ...room] };
}

/** Whether a message means the reader. */
export function means(message: Message, ownId: string): boolean {
  return message.authorId !== ownId && (message.mentionsRoom || message.mentionUserIds.includes(ownId));
}
