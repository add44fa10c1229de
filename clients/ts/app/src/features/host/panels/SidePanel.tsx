// A panel beside the stage, or over it on a phone. Not modal: the game goes on beside it.

import { IconX } from "@tabler/icons-react";
import { type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { isFreeEscape } from "../../../lib/escape";
import classes from "./panels.module.css";

interface Props {
  readonly title: string;
  readonly children: ReactNode;
  readonly onClose: () => void;
  /** The content fills the panel and scrolls by itself. */
  readonly filled?: boolean;
}

/** The panel: takes the focus when it opens, gives it back when it closes, closes with Escape wherever the focus is. */
export function SidePanel({ title, children, filled = false, onClose }: Props) {
  const { t } = useTranslation();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    heading.current?.focus({ preventScroll: true });
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  const close = useRef(onClose);
  useEffect(() => {
    close.current = onClose;
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => {
      if (!isFreeEscape(event)) return;
      event.preventDefault();
      close.current();
    };
    document.addEventListener("keydown", listener);
    return () => document.removeEventListener("keydown", listener);
  }, []);
  return (
    <aside className={classes.panel} aria-label={title}>
      <div className={classes.head}>
        <h2 ref={heading} tabIndex={-1}>
          {title}
        </h2>
        <button type="button" className={classes.close} aria-label={t("close")} onClick={onClose}>
          <IconX size={22} stroke={2} aria-hidden />
        </button>
      </div>
      <div className={classes.body} data-filled={filled || undefined}>
        {children}
      </div>
    </aside>
  );
}
