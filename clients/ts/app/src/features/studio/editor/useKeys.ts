// Keys of the editor that work in fields too: save, back and forth.
import { useEffect, useRef } from "react";
import { useEditor } from "./context";

/** Ctrl or Cmd with S, Z, Shift+Z or Y. */
export function useKeys(save: () => unknown): void {
  const editor = useEditor();
  const latest = useRef(save);
  useEffect(() => {
    latest.current = save;
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
      const key = event.key.toLowerCase();
      if (key === "s") latest.current();
      else if (key === "y" || (key === "z" && event.shiftKey)) editor.redo();
      else if (key === "z") editor.undo();
      else return;
      event.preventDefault();
    };
    document.addEventListener("keydown", listener);
    return () => document.removeEventListener("keydown", listener);
  }, [editor]);
}
