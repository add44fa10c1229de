// A value that changes, and who is told of it.

import { quietly } from "../quietly.js";
import type { Readable } from "../types.js";

/** A `Readable` that its owner writes. */
export interface Store<T> extends Readable<T> {
  /** Replaces the value, and tells the listeners unless it is the same object. */
  set(value: T): void;
}

/** A store that begins with `value`. A listener that throws does not keep the others from hearing. */
export function createStore<T>(value: T): Store<T> {
  let current = value;
  const listeners = new Set<() => void>();
  return {
    get: () => current,
    set(next) {
      if (Object.is(next, current)) return;
      current = next;
      for (const listener of [...listeners]) quietly(listener);
    },
    subscribe(listener) {
      // Wrapped, so that the same function given twice is told twice and each is taken off by itself.
      const own = () => listener();
      listeners.add(own);
      return () => {
        listeners.delete(own);
      };
    },
  };
}
