// Draws faces from seeds, each once.
import { createAvatar } from "@dicebear/core";
import * as thumbs from "@dicebear/thumbs";

const BACKGROUNDS = ["e3ddff", "ffe3b8", "c9f0df", "cfe8fb", "f8d9ea", "e6e4da"];
/** Bounded, since a room may have thousands of members. */
const KEPT = 500;

const drawn = new Map<string, string>();

/** The face as a data URL of an SVG. */
export function face(seed: string): string {
  const known = drawn.get(seed);
  if (known !== undefined) return known;
  const source = createAvatar(thumbs, { seed, backgroundColor: BACKGROUNDS, radius: 50, scale: 88 }).toDataUri();
  const oldest = drawn.keys().next();
  if (drawn.size >= KEPT && !oldest.done) drawn.delete(oldest.value);
  drawn.set(seed, source);
  return source;
}
