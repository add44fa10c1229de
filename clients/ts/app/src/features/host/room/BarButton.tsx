// A button of the control bar: icon, name, and its key in the tip.

import { Tooltip } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./bar.module.css";

interface Props {
  readonly label: string;
  readonly icon: ReactNode;
  /** Shown in the tip and told to readers. */
  readonly shortcut?: string | undefined;
  /** Cannot be used now. Stays in the tab order, so that the focus is not lost while a command runs. */
  readonly off?: boolean;
  /** For toggles. */
  readonly pressed?: boolean;
  /** For buttons that open a panel. */
  readonly expanded?: boolean;
  /** A short text beside the icon. */
  readonly text?: string;
  readonly badge?: number;
  readonly onPress: () => void;
}

/** The button. */
export function BarButton({ label, icon, shortcut, off = false, pressed, expanded, text, badge, onPress }: Props) {
  const tip = shortcut ? `${label} (${shortcut})` : label;
  return (
    <Tooltip label={tip} position="top">
      <button
        type="button"
        className={classes.button}
        aria-label={label}
        aria-disabled={off || undefined}
        aria-pressed={pressed}
        aria-expanded={expanded}
        aria-keyshortcuts={shortcut}
        onClick={() => {
          if (!off) onPress();
        }}
      >
        {icon}
        {text !== undefined && <span aria-hidden="true">{text}</span>}
        {badge !== undefined && badge > 0 && (
          <span className={classes.badge} aria-hidden="true">
            {badge > 99 ? "99+" : badge}
          </span>
        )}
      </button>
    </Tooltip>
  );
}
