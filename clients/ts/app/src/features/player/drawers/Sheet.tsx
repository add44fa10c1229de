// A drawer with a title and a way back. Its head is not the kit's own, which is a second banner of the page.
import { ActionIcon, Drawer, Title } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import classes from "./Sheet.module.css";

interface Props {
  title: string;
  /** From where it comes; from below it takes three quarters of the screen. */
  position: "right" | "bottom";
  onClose(): void;
  children: ReactNode;
}

export function Sheet({ title, position, onClose, children }: Props) {
  const { t } = useTranslation();
  return (
    <Drawer.Root
      opened
      onClose={onClose}
      position={position}
      size={position === "bottom" ? "75dvh" : "md"}
      classNames={{ content: classes[position] ?? "", body: classes.body ?? "" }}
    >
      <Drawer.Overlay />
      <Drawer.Content aria-label={title}>
        <Drawer.Body>
          <div className={classes.head}>
            <Title order={2} size="1.5rem">
              {title}
            </Title>
            <ActionIcon color="gray" aria-label={t("close")} onClick={onClose}>
              <IconX />
            </ActionIcon>
          </div>
          {children}
        </Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}
