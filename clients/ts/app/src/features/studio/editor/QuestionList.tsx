// The questions at the side: pick, drag, and add. Moving by buttons is in the form of each question.
import {
  closestCenter,
  DndContext,
  type DragEndEvent,
  KeyboardSensor,
  PointerSensor,
  useSensor,
  useSensors,
} from "@dnd-kit/core";
import {
  SortableContext,
  sortableKeyboardCoordinates,
  useSortable,
  verticalListSortingStrategy,
} from "@dnd-kit/sortable";
import { IconAlertCircle, IconGripVertical, IconSettings } from "@tabler/icons-react";
import { memo, useCallback, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { isError } from "../model/check";
import { type Item, moveItem } from "../model/draft";
import type { Selected } from "../model/history";
import { kindName, kindOf } from "../model/kinds";
import { AddQuestion } from "./AddQuestion";
import { useEditor, useEditorState, useProblemsOf, useProblemsOfQuiz } from "./context";
import { KindIcon } from "./KindIcon";
import classes from "./questions.module.css";

export function QuestionList({ onOpen }: { onOpen: () => void }) {
  const { t } = useTranslation("studio");
  const editor = useEditor();
  const items = useEditorState((state) => state.draft.items);
  const selected = useEditorState((state) => state.selected);
  const quizIsWrong = useProblemsOfQuiz().some(isError);
  const sensors = useSensors(
    // A tap on the handle is no drag yet.
    useSensor(PointerSensor, { activationConstraint: { distance: 4 } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  );
  const placeOf = (id: string | number) => items.findIndex((item) => item.id === id) + 1;
  const onDragEnd = ({ active, over }: DragEndEvent) => {
    if (over !== null) editor.edit((draft) => moveItem(draft, String(active.id), placeOf(over.id) - 1));
  };
  const open = useCallback(
    (id: Selected) => {
      editor.select(id);
      onOpen();
    },
    [editor, onOpen],
  );
  const list = useRef<HTMLOListElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the chosen question stays in sight
  useEffect(() => {
    list.current?.querySelector("[aria-current]")?.scrollIntoView?.({ block: "nearest" });
  }, [selected]);
  return (
    <>
      <button
        type="button"
        className={classes.quiz}
        aria-current={selected === "quiz" || undefined}
        onClick={() => open("quiz")}
      >
        <IconSettings size={20} aria-hidden />
        <span>{t("editor.quiz")}</span>
        {quizIsWrong && <IconAlertCircle size={18} className={classes.wrong} aria-label={t("editor.incomplete")} />}
      </button>
      <DndContext
        sensors={sensors}
        collisionDetection={closestCenter}
        onDragEnd={onDragEnd}
        accessibility={{
          screenReaderInstructions: { draggable: t("drag.how") },
          announcements: {
            onDragStart: ({ active }) => t("drag.picked", { n: placeOf(active.id), count: items.length }),
            onDragOver: ({ over }) => (over ? t("drag.over", { n: placeOf(over.id), count: items.length }) : undefined),
            onDragEnd: ({ over }) => (over ? t("drag.put", { n: placeOf(over.id), count: items.length }) : undefined),
            onDragCancel: () => t("drag.cancelled"),
          },
        }}
      >
        <SortableContext items={items.map(({ id }) => id)} strategy={verticalListSortingStrategy}>
          <ol className={classes.list} ref={list}>
            {items.map((item, at) => (
              <Row key={item.id} item={item} place={at + 1} current={item.id === selected} onOpen={open} />
            ))}
          </ol>
        </SortableContext>
      </DndContext>
      <AddQuestion onAdded={onOpen} />
    </>
  );
}

interface RowProps {
  readonly item: Item;
  readonly place: number;
  readonly current: boolean;
  readonly onOpen: (id: string) => void;
}

const Row = memo(function Row({ item, place, current, onOpen }: RowProps) {
  const { t } = useTranslation("studio");
  const { setNodeRef, setActivatorNodeRef, attributes, listeners, transform, transition, isDragging } = useSortable({
    id: item.id,
  });
  const wrong = useProblemsOf(item.question).some(isError);
  const kind = kindOf(item.question);
  const text = item.question.text.trim();
  return (
    <li
      ref={setNodeRef}
      className={classes.row}
      data-dragging={isDragging || undefined}
      style={{ transform: transform === null ? undefined : `translate3d(0, ${transform.y}px, 0)`, transition }}
    >
      <button
        type="button"
        className={classes.open}
        aria-current={current || undefined}
        onClick={() => onOpen(item.id)}
      >
        <span className={classes.place}>{place}</span>
        <span className={classes.what}>
          <span className={classes.text}>{text === "" ? t("editor.noText") : text}</span>
          <span className={classes.kind}>
            <KindIcon kind={kind} size={16} /> {t(`kind.${kindName(kind)}.name`)}
          </span>
        </span>
        {wrong && <IconAlertCircle size={18} className={classes.wrong} aria-label={t("editor.incomplete")} />}
      </button>
      <button
        type="button"
        ref={setActivatorNodeRef}
        className={classes.grip}
        {...attributes}
        {...listeners}
        aria-label={t("drag.handle", { n: place })}
      >
        <IconGripVertical size={20} aria-hidden />
      </button>
    </li>
  );
});
