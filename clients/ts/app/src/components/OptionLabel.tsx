// An option as a coloured line: shape, letter and text. Buttons, projector tiles and charts are made of it.
import type { ReactNode } from "react";
import classes from "./OptionLabel.module.css";
import { OptionShape } from "./OptionShape";
import { optionLook } from "./options";

interface Props {
  position: number;
  /** The text; RichText where it may hold formulas. */
  children: ReactNode;
  /** At the end of the line, such as a count or a check mark. */
  end?: ReactNode;
  size?: "sm" | "md" | "lg";
  /** Greyed and struck through: taken away by an accommodation. */
  removed?: boolean;
  /** Only the shape and the letter are coloured, not the ground: for lists. */
  quiet?: boolean;
}

/** Shape, letter, text. */
export function OptionLabel({ position, children, end, size = "md", removed = false, quiet = false }: Props) {
  const { colour, letter } = optionLook(position);
  return (
    <span
      className={classes.option}
      data-size={size}
      data-removed={removed || undefined}
      data-quiet={quiet || undefined}
      style={{ "--option": colour }}
    >
      <span className={classes.mark}>
        <OptionShape position={position} />
        <b>{letter}</b>
      </span>
      <span className={classes.text}>{children}</span>
      {end !== undefined && <span className={classes.end}>{end}</span>}
    </span>
  );
}
