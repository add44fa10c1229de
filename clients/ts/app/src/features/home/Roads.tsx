// The picture behind the title: three roads come together, and something warm waits where they meet.
import classes from "./Home.module.css";

/** Decorative. */
export function Roads() {
  return (
    <svg className={classes.roads} viewBox="0 0 1200 520" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
      <path d="M-40 40C220 60 420 120 600 270" />
      <path d="M1240 10C980 50 780 120 600 270" />
      <path d="M600 270C590 380 610 450 600 560" />
      <path className={classes.dash} d="M-40 40C220 60 420 120 600 270" />
      <path className={classes.dash} d="M1240 10C980 50 780 120 600 270" />
      <path className={classes.dash} d="M600 560C610 450 590 380 600 270" />
    </svg>
  );
}
