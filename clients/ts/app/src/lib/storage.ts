// `localStorage` that never throws: private windows and strict settings may forbid it.

/** Reads a value; `null` where there is none or none may be read. */
export function load(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Keeps a value if that is allowed; `null` forgets it. */
export function save(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // Nothing is kept then, and nothing else depends on it.
  }
}
