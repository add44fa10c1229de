// A part beside the messages, or in their place where there is no room for both: with its name and a way back.
import { ActionIcon } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { isFreeEscape } from "../../../lib/escape";
import classes from "./panes.module.css";

interface Props {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** Takes the focus when it opens, gives it back when it closes, closes with Escape. */
export function Pane({ title, onClose, children }: Props) {
  const { t } = useTranslation();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    heading.current?.focus({ preventScroll: true });
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  return (
    <section
      className={classes.pane}
      aria-label={title}
      onKeyDown={(event) => {
        if (!isFreeEscape(event)) return;
        event.preventDefault();
        event.stopPropagation();
        onClose();
      }}
    >
      <div className={classes.head}>
        <h3 ref={heading} tabIndex={-1}>
          {title}
        </h3>
        <ActionIcon color="gray" aria-label={t("close")} onClick={onClose}>
          <IconX size={20} aria-hidden />
        </ActionIcon>
      </div>
      {children}
    </section>
  );
}
