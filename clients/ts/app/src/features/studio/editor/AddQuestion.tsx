// The button that adds a question, and the kinds to choose from.
import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "../Dialog";
import { COUNT } from "../model/bounds";
import { insertAfter, itemOf } from "../model/draft";
import { KINDS, newQuestion, type WrittenKind } from "../model/kinds";
import { useEditor, useEditorState } from "./context";
import { KindIcon } from "./KindIcon";
import classes from "./questions.module.css";

export function AddQuestion({ onAdded }: { onAdded: () => void }) {
  const { t } = useTranslation("studio");
  const editor = useEditor();
  const full = useEditorState((state) => state.draft.items.length >= COUNT["Quiz.questions"].max);
  const [open, setOpen] = useState(false);
  const add = (kind: WrittenKind) => {
    const item = itemOf(newQuestion(kind));
    const { selected } = editor.getState();
    setOpen(false);
    editor.edit((draft) => insertAfter(draft, selected, item), undefined, item.id);
    onAdded();
  };
  return (
    <>
      <Button
        fullWidth
        className={classes.add}
        variant="light"
        disabled={full}
        leftSection={<IconPlus size={20} aria-hidden />}
        onClick={() => setOpen(true)}
      >
        {t(full ? "editor.full" : "editor.add")}
      </Button>
      {open && (
        <Dialog title={t("editor.add")} size="xl" onClose={() => setOpen(false)}>
          <ul className={classes.kinds}>
            {KINDS.map(([kind, name]) => (
              <li key={kind}>
                <button type="button" className={classes.pick} onClick={() => add(kind)}>
                  <KindIcon kind={kind} size={26} />
                  <span>
                    <span className={classes.kindName}>{t(`kind.${name}.name`)}</span>
                    <span className={classes.kindHint}>{t(`kind.${name}.hint`)}</span>
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </Dialog>
      )}
    </>
  );
}
