// A list that is read from the server when a part of the page opens, and again when something about it has changed.
import { useCallback, useEffect, useState } from "react";
import { sentenceFor } from "../../../lib/failure";

/** What was read. */
export interface Loaded<T> {
  /** The last that was read; it stays while another is being read. */
  readonly value: T | undefined;
  /** Why it could not be read. */
  readonly failure: string | undefined;
  readonly busy: boolean;
  again(): void;
  /** Puts something into its place at once. */
  set(change: (value: T) => T): void;
}

/** Reads now, and whenever `load` or `turn` is another. */
export function useLoaded<T>(load: () => Promise<T>, turn: unknown = undefined): Loaded<T> {
  const [value, setValue] = useState<T>();
  const [failure, setFailure] = useState<string>();
  const [busy, setBusy] = useState(true);
  const [own, setOwn] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the turns ask for another reading
  useEffect(() => {
    let stale = false;
    setBusy(true);
    load().then(
      (fresh) => {
        if (stale) return;
        setValue(fresh);
        setFailure(undefined);
        setBusy(false);
      },
      (error) => {
        if (stale) return;
        setFailure(sentenceFor(error, "talk"));
        setBusy(false);
      },
    );
    return () => {
      stale = true;
    };
  }, [load, turn, own]);
  const again = useCallback(() => setOwn((before) => before + 1), []);
  const set = useCallback(
    (change: (value: T) => T) => setValue((before) => (before === undefined ? before : change(before))),
    [],
  );
  return { value, failure, busy, again, set };
}
