// Tells that unsaved changes came back, and offers to drop them. Dropping is a step like any other: it can be taken back.
import { Button } from "@mantine/core";
import { QuestionKind } from "@trivium/client/proto";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { currentLanguage } from "../../../i18n";
import { newDraft } from "../model/draft";
import type { Kept } from "../model/kept";
import { useEditor } from "./context";
import classes from "./workbench.module.css";

export function RestoredNote({ restored }: { restored: Kept | undefined }) {
  const { t, i18n } = useTranslation("studio");
  const editor = useEditor();
  const [closed, setClosed] = useState(false);
  if (restored === undefined || closed) return null;
  const drop = () => {
    const saved = editor.getState().saved;
    editor.edit(() => saved ?? newDraft(currentLanguage(), QuestionKind.SINGLE_CHOICE));
    setClosed(true);
  };
  const time = new Date(restored.at).toLocaleString(i18n.language, { dateStyle: "medium", timeStyle: "short" });
  return (
    <div className={classes.note} role="status">
      <span>{t("restored.text", { time })}</span>
      <span className={classes.noteEnd}>
        <Button variant="default" onClick={() => setClosed(true)}>
          {t("restored.keep")}
        </Button>
        <Button variant="subtle" onClick={drop}>
          {t("restored.drop")}
        </Button>
      </span>
    </div>
  );
}
