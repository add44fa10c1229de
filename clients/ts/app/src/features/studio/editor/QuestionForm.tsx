// One question: its kind, text, picture, answers, explanation and what it is worth.
import { ActionIcon, Button, NativeSelect, Tooltip } from "@mantine/core";
import { IconArrowDown, IconArrowLeft, IconArrowUp, IconCopy, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { FocusHeading } from "../../../components/FocusHeading";
import { COUNT, TEXT } from "../model/bounds";
import { type Item, insertAfter, itemOf, moveItem, removeItem } from "../model/draft";
import { KINDS, kindName, kindOf, type WrittenKind, withKind } from "../model/kinds";
import { QuestionProblems, useChangeQuestion, useEditor, useEditorState } from "./context";
import { TextField } from "./fields";
import classes from "./form.module.css";
import { ImageField } from "./ImageField";
import { KindForm } from "./kinds/KindForm";
import { Problems } from "./Problems";
import { Worth } from "./Worth";

interface Props {
  readonly item: Item;
  /** Back to the list, on a phone. */
  readonly onBack: (() => void) | undefined;
}

export function QuestionForm({ item, onBack }: Props) {
  const { t } = useTranslation("studio");
  const { id, question } = item;
  const change = useChangeQuestion(id);
  const at = useEditorState((state) => state.draft.items.indexOf(item));
  const kind = kindOf(question);
  return (
    <QuestionProblems question={question}>
      <div className={classes.head}>
        {onBack !== undefined && (
          <Button variant="default" leftSection={<IconArrowLeft size={18} aria-hidden />} onClick={onBack}>
            {t("editor.questions")}
          </Button>
        )}
        <FocusHeading order={2} when={id} className={classes.heading}>
          {t("editor.question", { n: at + 1 })}
        </FocusHeading>
        <Moves item={item} at={at} />
      </div>
      <Problems />
      <NativeSelect
        size="md"
        label={t("question.kind")}
        description={t(`kind.${kindName(kind)}.hint`)}
        value={String(kind)}
        data={KINDS.map(([value, name]) => ({ value: String(value), label: t(`kind.${name}.name`) }))}
        onChange={(event) => {
          const wanted = Number(event.currentTarget.value);
          const next = KINDS.find(([each]) => each === wanted)?.[0] satisfies WrittenKind | undefined;
          if (next !== undefined) change((before) => withKind(before, next));
        }}
      />
      <TextField
        path="text"
        label={t("question.text")}
        description={t("question.textHint")}
        placeholder={t(`kind.${kindName(kind)}.example`)}
        value={question.text}
        bounds={TEXT["Question.text"]}
        rows={2}
        rich
        size="lg"
        onChange={(text) => change((before) => ({ ...before, text }), "text")}
      />
      <ImageField question={question} change={change} />
      <KindForm question={question} change={change} />
      <TextField
        path="explanation"
        label={t("question.explanation")}
        description={t("question.explanationHint")}
        value={question.explanation}
        bounds={TEXT["Question.explanation"]}
        rows={2}
        rich
        onChange={(explanation) => change((before) => ({ ...before, explanation }), "explanation")}
      />
      <Worth question={question} change={change} />
    </QuestionProblems>
  );
}

/** Up, down, again, away. */
function Moves({ item, at }: { item: Item; at: number }) {
  const { t } = useTranslation("studio");
  const editor = useEditor();
  const count = useEditorState((state) => state.draft.items.length);
  const { id } = item;
  const duplicate = () => {
    const copy = itemOf(item.question);
    editor.edit((draft) => insertAfter(draft, id, copy), undefined, copy.id);
  };
  const remove = () => {
    const { items } = editor.getState().draft;
    const next = items[at + 1] ?? items[at - 1];
    editor.edit((draft) => removeItem(draft, id), undefined, next?.id ?? "quiz");
    toast(t("question.removed", { n: at + 1 }), { action: { label: t("editor.undo"), onClick: editor.undo } });
  };
  const tools = [
    ["up", IconArrowUp, at === 0, () => editor.edit((draft) => moveItem(draft, id, at - 1))],
    ["down", IconArrowDown, at === count - 1, () => editor.edit((draft) => moveItem(draft, id, at + 1))],
    ["duplicate", IconCopy, count >= COUNT["Quiz.questions"].max, duplicate],
    ["remove", IconTrash, false, remove],
  ] as const;
  return (
    <div className={classes.moves} role="toolbar" aria-label={t("editor.question", { n: at + 1 })}>
      {tools.map(([name, Icon, disabled, run]) => (
        <Tooltip key={name} label={t(`question.${name}`)}>
          <ActionIcon
            variant="default"
            aria-label={t(`question.${name}`)}
            // Kept focusable at the ends: a button that vanishes under the finger loses the focus.
            aria-disabled={disabled}
            className={classes.move}
            onClick={() => {
              if (!disabled) run();
            }}
          >
            <Icon size={20} aria-hidden />
          </ActionIcon>
        </Tooltip>
      ))}
      <span className="visually-hidden" role="status">
        {t("question.place", { n: at + 1, count })}
      </span>
    </div>
  );
}
