// The button that adds a question, with the kinds to choose from.
import { Button, Menu } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
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
  const add = (kind: WrittenKind) => {
    const item = itemOf(newQuestion(kind));
    const { selected } = editor.getState();
    editor.edit((draft) => insertAfter(draft, selected, item), undefined, item.id);
    onAdded();
  };
  return (
    <Menu position="top" width={300} withinPortal>
      <Menu.Target>
        <Button
          fullWidth
          className={classes.add}
          variant="light"
          disabled={full}
          leftSection={<IconPlus size={20} aria-hidden />}
        >
          {t(full ? "editor.full" : "editor.add")}
        </Button>
      </Menu.Target>
      {/* The focus goes to the new question, not back to the button. */}
      <Menu.Dropdown className={classes.kinds}>
        {KINDS.map(([kind, name]) => (
          <Menu.Item key={kind} leftSection={<KindIcon kind={kind} size={20} />} onClick={() => add(kind)}>
            <span className={classes.kindName}>{t(`kind.${name}.name`)}</span>
            <span className={classes.kindHint}>{t(`kind.${name}.hint`)}</span>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
