// Whether the page is about to be printed, by whatever button or key.
import { useEffect, useState } from "react";
import { flushSync } from "react-dom";

/** True between the browser's `beforeprint` and `afterprint`. What it shows is drawn before the paper is. */
export function usePrinting(): boolean {
  const [printing, setPrinting] = useState(false);
  useEffect(() => {
    const begin = () => flushSync(() => setPrinting(true));
    const end = () => setPrinting(false);
    addEventListener("beforeprint", begin);
    addEventListener("afterprint", end);
    return () => {
      removeEventListener("beforeprint", begin);
      removeEventListener("afterprint", end);
    };
  }, []);
  return printing;
}
