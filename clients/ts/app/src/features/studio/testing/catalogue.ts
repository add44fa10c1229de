// What a catalogue in memory holds.
import type { Quiz } from "@trivium/client/proto";

/** The newest revision of a quiz. */
export function newestOf(catalogue: ReadonlyMap<string, Quiz>, id: string): Quiz {
  const quiz = catalogue.get(id);
  if (quiz === undefined) throw new Error(`no quiz ${id}`);
  return quiz;
}
