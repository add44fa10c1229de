// Redraws at a moment of the server's clock.

import type { Clock } from "@trivium/client";
import { useEffect, useState } from "react";

/** Longest sleep at a stretch: the measure of the clock may change meanwhile. */
const LONGEST_MS = 1000;

/** The server's time, read anew when `atMs` has come and whenever `atMs` changes; it does not tick otherwise. */
export function useTurn(clock: Clock, atMs: number | undefined): number {
  const [, redraw] = useState(0);
  useEffect(() => {
    if (atMs === undefined) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const wait = () => {
      const left = atMs - clock.now();
      if (left <= 0) redraw((n) => n + 1);
      else timer = setTimeout(wait, Math.min(left, LONGEST_MS));
    };
    wait();
    return () => clearTimeout(timer);
  }, [clock, atMs]);
  return clock.now();
}
