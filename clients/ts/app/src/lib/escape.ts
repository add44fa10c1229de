// Escape belongs to the innermost thing that is open: a menu, a list, a dialog; then to what is around it.

/** Things that close by Escape themselves. */
const OWNERS =
  "[role=menu], [role=listbox], [role=dialog], [aria-haspopup][aria-expanded=true], [role=combobox][aria-expanded=true]";

/** Whether a press of Escape is nobody else's. */
export function isFreeEscape(event: {
  readonly key: string;
  readonly defaultPrevented: boolean;
  readonly target: EventTarget | null;
}): boolean {
  if (event.key !== "Escape" || event.defaultPrevented) return false;
  return !(event.target instanceof Element && event.target.closest(OWNERS) !== null);
}
