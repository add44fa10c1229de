// The foot of a question: what to do, the button to send, or how far the answer got. Always of the same height.
import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./answers.module.css";

interface Props {
  /** Takes the whole row where present. */
  status: ReactNode;
  button?: { readonly label: string; readonly disabled: boolean; readonly onClick: () => void };
}

export function ActionRow({ status, button }: Props) {
  return (
    <div className={classes.action}>
      {/* Stays in the page, so that readers hear what changes in it. */}
      <div role="status">{status}</div>
      {status === null && button !== undefined && (
        <Button size="xl" fullWidth radius={20} h={64} disabled={button.disabled} onClick={button.onClick}>
          {button.label}
        </Button>
      )}
    </div>
  );
}
