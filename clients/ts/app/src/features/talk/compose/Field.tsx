// A text of several lines with suggestions for `@`: arrow keys choose, Enter or Tab takes, Escape leaves.
//
// It stays a text field for readers of the screen: a field of several lines may not be a combobox, but may have the same list.
import { Textarea } from "@mantine/core";
import { Role } from "@trivium/client/proto";
import { type KeyboardEvent, type Ref, useId, useImperativeHandle, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Avatar } from "../../../components/Avatar";
import { type Candidate, candidatesFor, complete, EVERYBODY, mentionAt } from "../model/mentions";
import { useTalk } from "../model/talk";
import classes from "./compose.module.css";

/** Most suggestions at a time. */
const MOST = 6;

interface Props {
  readonly ref?: Ref<HTMLTextAreaElement>;
  readonly label: string;
  readonly value: string;
  readonly longest: number;
  onChange(value: string): void;
  onSend(): void;
  /** Escape; absent where there is nothing to leave. */
  readonly onCancel: (() => void) | undefined;
  /** The upper arrow in an empty field. */
  readonly onEditLast: (() => void) | undefined;
}

export function Field({ ref, label, value, longest, onChange, onSend, onCancel, onEditLast }: Props) {
  const { t } = useTranslation("talk");
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  useImperativeHandle(ref, () => field.current as HTMLTextAreaElement);
  const [caret, setCaret] = useState(0);
  const [chosen, setChosen] = useState(0);
  /** Where suggestions were waved off. */
  const [left, setLeft] = useState<number>();
  const people = usePeople();
  const typed = mentionAt(value, caret);
  const found = typed === undefined || typed.start === left ? [] : candidatesFor(typed.query, people, MOST);
  const open = found.length > 0;
  const at = Math.min(chosen, found.length - 1);
  const take = (candidate: Candidate | undefined) => {
    if (typed === undefined || candidate === undefined) return;
    const done = complete(value, typed, candidate.name);
    onChange(done.text.slice(0, longest));
    setCaret(done.caret);
    setChosen(0);
    requestAnimationFrame(() => field.current?.setSelectionRange(done.caret, done.caret));
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (open && choose(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      onSend();
    } else if (event.key === "Escape" && onCancel !== undefined) {
      event.preventDefault();
      onCancel();
    } else if (event.key === "ArrowUp" && value === "" && onEditLast !== undefined) {
      event.preventDefault();
      onEditLast();
    }
  };
  const choose = (event: KeyboardEvent): boolean => {
    switch (event.key) {
      case "ArrowDown":
        setChosen((at + 1) % found.length);
        break;
      case "ArrowUp":
        setChosen((at + found.length - 1) % found.length);
        break;
      case "Enter":
      case "Tab":
        take(found[at]);
        break;
      case "Escape":
        setLeft(typed?.start);
        break;
      default:
        return false;
    }
    event.preventDefault();
    event.stopPropagation();
    return true;
  };
  return (
    <div className={classes.field}>
      {open && (
        <div className={classes.suggestions} id={`${id}-list`} role="listbox" aria-label={t("compose.people")}>
          {found.map((each, n) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the field
            // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the field
            <div
              key={each.userId || EVERYBODY}
              id={`${id}-${n}`}
              role="option"
              aria-selected={n === at}
              // A press must not take the focus out of the field.
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => take(each)}
            >
              {each.userId !== "" && <Avatar seed={each.avatar} size={26} />}
              <bdi>@{each.name}</bdi>
              {each.userId === "" && <span>{t("compose.everybody")}</span>}
            </div>
          ))}
        </div>
      )}
      <Textarea
        ref={field}
        aria-label={label}
        placeholder={label}
        aria-autocomplete="list"
        aria-haspopup="listbox"
        aria-controls={open ? `${id}-list` : undefined}
        aria-activedescendant={open ? `${id}-${at}` : undefined}
        rows={1}
        size="md"
        maxLength={longest}
        enterKeyHint="send"
        classNames={{ input: classes.input ?? "" }}
        value={value}
        onKeyDown={onKey}
        onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
        onBlur={() => setLeft(typed?.start)}
        onChange={(event) => {
          setLeft(undefined);
          setChosen(0);
          setCaret(event.currentTarget.selectionStart);
          onChange(event.currentTarget.value);
        }}
      />
      <span className="visually-hidden" role="status">
        {open && t("compose.found", { count: found.length })}
      </span>
    </div>
  );
}

/** Those who can be mentioned here: everybody else, and all at once by hosts. */
function usePeople(): readonly Candidate[] {
  const { members, ownId, hosts } = useTalk();
  return useMemo(() => {
    const others = [...members.values()]
      .filter(({ userId, role }) => userId !== ownId && role !== Role.OBSERVER)
      .map(({ userId, nickname, avatar }) => ({ userId, name: nickname, avatar: avatar || userId }))
      .sort((a, b) => a.name.localeCompare(b.name));
    return hosts ? [...others, { userId: "", name: EVERYBODY, avatar: "" }] : others;
  }, [members, ownId, hosts]);
}
