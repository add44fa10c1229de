// `localStorage` that never throws: private windows and strict settings may forbid it, and it may be full.
//
// What cannot be kept holds for as long as the page does, so that a pasted token or a setting is not lost at once.

/** What the browser would not keep. */
const unkept = new Map<string, string>();

/** Reads a value; `null` where there is none. */
export function load(key: string): string | null {
  try {
    return unkept.get(key) ?? localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Keeps a value, if that is allowed over reloads; `null` forgets it. */
export function save(key: string, value: string | null): void {
  unkept.delete(key);
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    if (value !== null) unkept.set(key, value);
  }
}
