// A list of lines that can be added, moved and taken away: options, items, pairs, accepted texts.
import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconPlus, IconX } from "@tabler/icons-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Span } from "../../model/bounds";
import { moved } from "../../model/draft";
import { useField } from "../context";
import classes from "./kinds.module.css";

interface Props<T> {
  /** Path of the list, for problems about the whole of it. */
  readonly path: string;
  readonly legend: string;
  readonly hint?: string;
  readonly lines: readonly T[];
  readonly bounds: Span;
  readonly fresh: () => T;
  readonly onChange: (lines: T[]) => void;
  readonly addLabel: string;
  /** Names a line to readers, such as "Option 2". */
  readonly nameOf: (at: number) => string;
  /** Whether the order means something [true]. */
  readonly movable?: boolean;
  readonly children: (line: T, at: number) => ReactNode;
}

/** The list. A new line takes the focus; when one goes, the focus goes to its neighbour. */
export function Lines<T>(props: Props<T>) {
  const { path, legend, hint, lines, bounds, fresh, onChange, addLabel, nameOf, movable = true, children } = props;
  const { t } = useTranslation("studio");
  const { error, "data-path": dataPath } = useField(path);
  const list = useRef<HTMLOListElement>(null);
  const [focus, setFocus] = useState<{ at: number; button?: string }>();
  useEffect(() => {
    if (focus === undefined) return;
    const row = list.current?.children[focus.at];
    const target = focus.button ? row?.querySelector<HTMLElement>(`[data-do="${focus.button}"]`) : undefined;
    (target ?? row?.querySelector<HTMLElement>("input[type=text], input:not([type]), textarea"))?.focus();
  }, [focus]);
  const move = (from: number, to: number, button: string) => {
    if (to < 0 || to >= lines.length) return;
    onChange([...moved(lines, from, to)]);
    setFocus({ at: to, button });
  };
  const remove = (at: number) => {
    onChange(lines.toSpliced(at, 1));
    setFocus({ at: Math.min(at, lines.length - 2) });
  };
  return (
    <fieldset className={classes.set} data-path={dataPath} tabIndex={-1}>
      <legend>{legend}</legend>
      {hint !== undefined && <p className={classes.hint}>{hint}</p>}
      {error !== undefined && (
        <p className={classes.error} role="alert">
          {error}
        </p>
      )}
      <ol className={classes.lines} ref={list}>
        {lines.map((line, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is known by its place, and its fields hold no state
          <li key={at} className={classes.line}>
            <div className={classes.lineBody}>{children(line, at)}</div>
            <div className={classes.lineTools}>
              {movable && (
                <>
                  <Tool
                    name="up"
                    label={t("line.up", { name: nameOf(at) })}
                    disabled={at === 0}
                    onClick={() => move(at, at - 1, "up")}
                  >
                    <IconArrowUp size={18} aria-hidden />
                  </Tool>
                  <Tool
                    name="down"
                    label={t("line.down", { name: nameOf(at) })}
                    disabled={at === lines.length - 1}
                    onClick={() => move(at, at + 1, "down")}
                  >
                    <IconArrowDown size={18} aria-hidden />
                  </Tool>
                </>
              )}
              <Tool
                name="remove"
                label={t("line.remove", { name: nameOf(at) })}
                disabled={lines.length <= bounds.min}
                onClick={() => remove(at)}
              >
                <IconX size={18} aria-hidden />
              </Tool>
            </div>
          </li>
        ))}
      </ol>
      {lines.length < bounds.max && (
        <Button
          variant="subtle"
          className={classes.add}
          leftSection={<IconPlus size={18} aria-hidden />}
          onClick={() => {
            onChange([...lines, fresh()]);
            setFocus({ at: lines.length });
          }}
        >
          {addLabel}
        </Button>
      )}
    </fieldset>
  );
}

interface ToolProps {
  readonly name: string;
  readonly label: string;
  readonly disabled: boolean;
  readonly onClick: () => void;
  readonly children: ReactNode;
}

function Tool({ name, label, disabled, onClick, children }: ToolProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        data-do={name}
        aria-label={label}
        aria-disabled={disabled}
        className={classes.tool}
        onClick={() => {
          if (!disabled) onClick();
        }}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
