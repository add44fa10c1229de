// All keys at a glance.

import { Kbd, Modal } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { type Action, KEYS } from "../model/actions";
import { COMMAND_KEYS, type Command } from "../model/commands";
import classes from "./panels.module.css";

/** The dialog. */
export function Help({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation("host");
  const shown = (key: string) => (key === " " ? t("help.space") : key.length === 1 ? key.toUpperCase() : key);
  const rows = [...Object.entries(KEYS), ...Object.entries(COMMAND_KEYS), ["time", "t"]] as [
    Action | Command | "time",
    string | undefined,
  ][];
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("help.heading")}
      closeButtonProps={{ "aria-label": t("help.escape") }}
    >
      <dl className={classes.keys}>
        {rows.map(
          ([name, key]) =>
            key !== undefined && (
              <div key={name} style={{ display: "contents" }}>
                <dt>
                  <Kbd size="lg">{shown(key)}</Kbd>
                </dt>
                <dd>{t(`help.${name}`)}</dd>
              </div>
            ),
        )}
        <dt>
          <Kbd size="lg">Esc</Kbd>
        </dt>
        <dd>{t("help.escape")}</dd>
      </dl>
    </Modal>
  );
}
