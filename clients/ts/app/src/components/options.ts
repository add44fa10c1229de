// Colours, shapes and letters of options: nothing is told by colour alone.
//
// All colours hold at least 4.5:1 with the black text that stands on them (options.test.ts); the first four are of
// Okabe–Ito type. Drawn by OptionShape.tsx and OptionLabel.tsx.

/** Most options of a question. */
export const MOST_OPTIONS = 8;

export type ShapeName = "triangle" | "diamond" | "circle" | "square" | "star" | "pentagon" | "cross" | "hexagon";

export interface OptionLook {
  readonly shape: ShapeName;
  /** Background under black text. */
  readonly colour: string;
  /** `A` to `H`. */
  readonly letter: string;
}

const LOOKS: readonly OptionLook[] = [
  { shape: "triangle", colour: "#E69F00", letter: "A" },
  { shape: "diamond", colour: "#56B4E9", letter: "B" },
  { shape: "circle", colour: "#3DBFA0", letter: "C" },
  { shape: "square", colour: "#CC79A7", letter: "D" },
  { shape: "star", colour: "#F0E442", letter: "E" },
  { shape: "pentagon", colour: "#EE8866", letter: "F" },
  { shape: "cross", colour: "#B3A6FF", letter: "G" },
  { shape: "hexagon", colour: "#C9C2AE", letter: "H" },
];

/** The look of the option at a position; beyond the eighth they begin anew. */
export function optionLook(position: number): OptionLook {
  const look = LOOKS[position % LOOKS.length];
  if (look === undefined) throw new RangeError(`no option at ${position}`);
  return look;
}

/** Position of the option that a key stands for (1-8, A-H), or -1. */
export function optionOfKey(key: string): number {
  const digit = "12345678".indexOf(key);
  return key.length !== 1 ? -1 : digit >= 0 ? digit : "abcdefgh".indexOf(key.toLowerCase());
}
