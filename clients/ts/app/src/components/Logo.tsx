// The mark: three roads that meet, and the word beside it.
import classes from "./Logo.module.css";

/** The mark alone; decorative, so hidden from readers. `size` in pixels. */
export function LogoMark({ size = 32 }: { size?: number }) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="9" fill="#5842dc" />
      <path
        d="M16 17.5 7 8M16 17.5 25 8M16 17.5V26"
        fill="none"
        stroke="#fff"
        strokeWidth="3.4"
        strokeLinecap="round"
      />
      <circle cx="16" cy="17" r="3.9" fill="#ffb238" />
    </svg>
  );
}

/** The mark and the name. */
export function Logo({ size = 32 }: { size?: number }) {
  return (
    <span className={classes.logo}>
      <LogoMark size={size} />
      <span className={classes.word} style={{ fontSize: size * 0.72 }}>
        Trivium
      </span>
    </span>
  );
}
