// Parts of changing values: a component is drawn again only when the part it selected is another one.

import { useCallback, useEffect, useMemo, useRef, useSyncExternalStore } from "react";
import type { Readable } from "../types.js";

/** Whether a component may keep what it has. */
export type Equal<S> = (before: S, after: S) => boolean;

/** The selected part of a value. A fresh object that equals the last one (`shallowEqual` unless told otherwise) is not news. */
export function useSelected<T, S>(readable: Readable<T>, selector: (value: T) => S, equal: Equal<S> = shallowEqual): S {
  const committed = useRef<{ readonly selected: S } | undefined>(undefined);
  const read = useMemo(() => {
    let last: { readonly value: T; readonly selected: S } | undefined;
    return () => {
      const value = readable.get();
      if (last !== undefined && Object.is(last.value, value)) return last.selected;
      const fresh = selector(value);
      const before = last ?? committed.current;
      const selected = before !== undefined && equal(before.selected, fresh) ? before.selected : fresh;
      last = { value, selected };
      return selected;
    };
  }, [readable, selector, equal]);
  const subscribe = useCallback((listener: () => void) => readable.subscribe(listener), [readable]);
  const selected = useSyncExternalStore(subscribe, read, read);
  useEffect(() => {
    committed.current = { selected };
  }, [selected]);
  return selected;
}

/** The same, or lists and plain objects whose parts are the same. */
export function shallowEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((each, at) => Object.is(each, b[at]));
  }
  if (!isPlain(a) || !isPlain(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && Object.is(a[key], b[key]))
  );
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
