// The studio's dialogs: a title, a button to close, and what belongs to them.
import { Modal } from "@mantine/core";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./Dialog.module.css";

interface Props {
  readonly title: string;
  readonly size?: "md" | "lg" | "xl";
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** Open as long as it is drawn. */
export function Dialog({ title, size = "md", onClose, children }: Props) {
  const { t } = useTranslation();
  useReturningFocus();
  return (
    <Modal.Root opened onClose={onClose} size={size} centered>
      <Modal.Overlay />
      <Modal.Content>
        {/* Mantine's own header would count as a second banner of the page. */}
        <div className={classes.head}>
          <Modal.Title className={classes.title}>{title}</Modal.Title>
          <Modal.CloseButton aria-label={t("close")} size={44} />
        </div>
        <Modal.Body>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

/** Gives the focus back to what opened the dialog, unless something else has it by then. */
function useReturningFocus(): void {
  const [opener] = useState(() => {
    const active = document.activeElement;
    // An entry of a menu is gone by then; the button of the menu is not.
    const menu = active?.closest("[role=menu]")?.getAttribute("aria-labelledby");
    return menu ? document.getElementById(menu) : active;
  });
  useEffect(
    () => () => {
      queueMicrotask(() => {
        const lost = document.activeElement === null || document.activeElement === document.body;
        if (lost && opener instanceof HTMLElement && opener.isConnected) opener.focus();
      });
    },
    [opener],
  );
}
