// Items to be put in order: by dragging, or by choosing one and pressing the buttons below; both work with the keyboard alone.
import { closestCenter, DndContext, type DragEndEvent, PointerSensor, useSensor, useSensors } from "@dnd-kit/core";
import { arrayMove, SortableContext, useSortable, verticalListSortingStrategy } from "@dnd-kit/sortable";
import { ActionIcon } from "@mantine/core";
import {
  IconArrowBarToDown,
  IconArrowBarToUp,
  IconArrowDown,
  IconArrowUp,
  IconGripVertical,
} from "@tabler/icons-react";
import { type KeyboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { OptionLabel } from "../../../components/OptionLabel";
import { RichText } from "../../../components/RichText";
import { ActionRow } from "./ActionRow";
import classes from "./answers.module.css";
import type { AnswerProps } from "./types";

/** A drag begins after so many pixels, so that a tap chooses. */
const TAP_PX = 8;

export default function OrderingAnswer({ form, given, disabled, status, submit }: AnswerProps) {
  const { t } = useTranslation("player");
  const count = form.options.length;
  const [order, setOrder] = useState<readonly number[]>(() =>
    given?.case === "order" ? given.value.positions : form.options.map((_, at) => at),
  );
  const [chosen, setChosen] = useState(order[0] ?? 0);
  const [said, setSaid] = useState("");
  const sensors = useSensors(useSensor(PointerSensor, { activationConstraint: { distance: TAP_PX } }));
  const name = (item: number) => form.options[item] ?? "";
  const at = order.indexOf(chosen);

  const moveTo = (item: number, place: number) => {
    const to = Math.min(count - 1, Math.max(0, place));
    if (disabled || order.indexOf(item) === to) return;
    setOrder(arrayMove([...order], order.indexOf(item), to));
    setSaid(t("question.moved", { item: name(item), n: to + 1 }));
  };
  const onDragEnd = ({ active, over }: DragEndEvent) => {
    if (over !== null) moveTo(fromId(active.id), order.indexOf(fromId(over.id)));
  };
  const onKey = (event: KeyboardEvent, item: number) => {
    const place = order.indexOf(item);
    const to = { ArrowUp: place - 1, ArrowDown: place + 1, Home: 0, End: count - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    setChosen(item);
    moveTo(item, to);
  };
  const moves = [
    { key: "top", icon: IconArrowBarToUp, to: 0 },
    { key: "up", icon: IconArrowUp, to: at - 1 },
    { key: "down", icon: IconArrowDown, to: at + 1 },
    { key: "bottom", icon: IconArrowBarToDown, to: count - 1 },
  ] as const;

  return (
    <div className={classes.form}>
      <div className={classes.fields}>
        <p className={classes.note}>{t("question.orderHint")}</p>
        <DndContext sensors={sensors} collisionDetection={closestCenter} onDragEnd={onDragEnd}>
          <SortableContext items={order.map(toId)} strategy={verticalListSortingStrategy} disabled={disabled}>
            <ol className={classes.order}>
              {order.map((item, place) => (
                <Item
                  key={item}
                  item={item}
                  text={name(item)}
                  place={place + 1}
                  chosen={item === chosen && !disabled}
                  onChoose={() => setChosen(item)}
                  onKey={(event) => onKey(event, item)}
                />
              ))}
            </ol>
          </SortableContext>
        </DndContext>
        <div className={classes.moves} role="toolbar" aria-label={name(chosen)}>
          {moves.map(({ key, icon: Icon, to }) => (
            <ActionIcon
              key={key}
              variant="default"
              size={52}
              radius={16}
              aria-label={t(`question.${key}`, { item: name(chosen) })}
              // Kept focusable at the ends: a button that vanishes under the finger loses the focus.
              aria-disabled={disabled || to < 0 || to >= count || to === at}
              onClick={() => moveTo(chosen, to)}
            >
              <Icon />
            </ActionIcon>
          ))}
        </div>
        <p className="visually-hidden" role="status">
          {said}
        </p>
      </div>
      <ActionRow
        status={status}
        button={{
          label: t("question.submit"),
          disabled,
          onClick: () => submit({ case: "order", value: { $typeName: "trivium.v1.Positions", positions: [...order] } }),
        }}
      />
    </div>
  );
}

interface ItemProps {
  item: number;
  text: string;
  place: number;
  chosen: boolean;
  onChoose(): void;
  onKey(event: KeyboardEvent): void;
}

function Item({ item, text, place, chosen, onChoose, onKey }: ItemProps) {
  const { setNodeRef, listeners, transform, transition, isDragging } = useSortable({ id: toId(item) });
  return (
    <li
      ref={setNodeRef}
      className={classes.item}
      data-dragging={isDragging || undefined}
      style={{
        transform: transform === null ? undefined : `translate3d(0, ${transform.y}px, 0)`,
        transition,
      }}
    >
      <button type="button" aria-pressed={chosen} onClick={onChoose} onKeyDown={onKey}>
        <span className={classes.place}>
          {place}
          <span className="visually-hidden">. </span>
        </span>
        <OptionLabel position={item} quiet>
          <RichText text={text} inline />
        </OptionLabel>
        {/* Only here does a finger drag: anywhere else it scrolls. */}
        <span className={classes.grip} onPointerDown={(event) => listeners?.onPointerDown?.(event)}>
          <IconGripVertical aria-hidden />
        </span>
      </button>
    </li>
  );
}

/** Identifiers of dnd-kit must not be 0. */
function toId(item: number): string {
  return `item-${item}`;
}

function fromId(id: string | number): number {
  return Number(String(id).slice("item-".length));
}
