// Keeps the screen on while a game runs: a dark phone is a lost player.
import { useEffect } from "react";

/** Holds the screen's wake lock while `active` and visible, where the browser has one. */
export function useWakeLock(active: boolean): void {
  useEffect(() => {
    if (!active || !("wakeLock" in navigator)) return;
    let lock: WakeLockSentinel | undefined;
    let ended = false;
    const take = async () => {
      if (ended || document.visibilityState !== "visible") return;
      try {
        const fresh = await navigator.wakeLock.request("screen");
        if (ended) await fresh.release();
        else lock = fresh;
      } catch {
        // Refused when the battery is low; the game goes on without.
      }
    };
    // The browser takes it away with every visit to another tab.
    const onVisible = () => void take();
    document.addEventListener("visibilitychange", onVisible);
    void take();
    return () => {
      ended = true;
      document.removeEventListener("visibilitychange", onVisible);
      void lock?.release();
    };
  }, [active]);
}
