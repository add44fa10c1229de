// Somebody saved a newer revision meanwhile: which one counts. None of the choices loses anything.

import { Button, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "../Dialog";
import type { Saving } from "./useSaving";
import classes from "./workbench.module.css";

export function ConflictDialog({ saving }: { saving: Saving }) {
  const { t } = useTranslation("studio");
  const [busy, setBusy] = useState<string>();
  const choices = [
    ["keepBoth", saving.keepBoth],
    ["keepMine", saving.keepMine],
    ["takeTheirs", saving.takeTheirs],
  ] as const;
  return (
    <Dialog onClose={saving.dismiss} title={t("conflict.title")}>
      <Text mb="md">{t("conflict.text")}</Text>
      <ul className={classes.choices}>
        {choices.map(([name, choose]) => (
          <li key={name}>
            <Button
              fullWidth
              variant={name === "keepBoth" ? "filled" : "default"}
              loading={busy === name}
              disabled={busy !== undefined && busy !== name}
              aria-describedby={`conflict-${name}`}
              onClick={() => {
                setBusy(name);
                void choose().finally(() => setBusy(undefined));
              }}
            >
              {t(`conflict.${name}`)}
            </Button>
            <p id={`conflict-${name}`}>{t(`conflict.${name}Hint`)}</p>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
