// The frame of a screen of the game: one unit of size that follows the smaller side, so that everything scales with the projector.

import type { ReactNode } from "react";
import classes from "./stage.module.css";

/** The frame. `scroll` for screens that may be longer than the projector is high. */
export function StageFrame({ children, scroll = false }: { children: ReactNode; scroll?: boolean }) {
  return (
    <div className={classes.frame} data-scroll={scroll || undefined}>
      <div className={classes.inner}>{children}</div>
    </div>
  );
}
