// Keys that work anywhere on a page, except while somebody types.
import { useEffect, useRef } from "react";

/** Handlers by key: `" "`, `"t"`, `"1"`, `"?"`, `"ArrowUp"`; letters in lower case. */
export type Hotkeys = Readonly<Record<string, (event: KeyboardEvent) => void>>;

/**
 * Listens for keys while the component is there and `enabled`. Keys with Ctrl, Alt or Meta are the browser's, those in a field
 * belong to it, and Space and Enter on a button or a link press it.
 */
export function useHotkeys(keys: Hotkeys, enabled = true): void {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    if (!enabled) return;
    const listener = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || event.repeat) return;
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      const handler = latest.current[key];
      if (handler === undefined || isOccupied(event.target, key)) return;
      event.preventDefault();
      handler(event);
    };
    document.addEventListener("keydown", listener);
    return () => document.removeEventListener("keydown", listener);
  }, [enabled]);
}

function isOccupied(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], [role=slider]")) {
    return true;
  }
  const presses = key === " " || key === "Enter";
  return presses && target.closest("button, a[href], summary, [role=button], [role=menuitem], [role=tab]") !== null;
}
