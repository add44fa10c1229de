// Whether an element is not drawn at the moment, because something stands in its place.
import { type Ref, type RefObject, useEffect, useRef, useState } from "react";

interface Covered {
  /** Of the element. */
  readonly ref: Ref<HTMLDivElement>;
  readonly covered: boolean;
  /** The same, for what is to stay the same when it changes. */
  readonly now: RefObject<boolean>;
}

export function useCovered(): Covered {
  const [element, ref] = useState<HTMLDivElement | null>(null);
  const [covered, setCovered] = useState(false);
  const now = useRef(false);
  useEffect(() => {
    if (element === null) return;
    const look = () => {
      now.current = getComputedStyle(element).display === "none";
      setCovered(now.current);
    };
    look();
    // What is no longer drawn has no size.
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => observer.disconnect();
  }, [element]);
  return { ref, covered, now };
}
