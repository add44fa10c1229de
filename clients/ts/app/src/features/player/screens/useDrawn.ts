// Tells the server when this screen drew the options: hosts see how close together all screens were.
import { useClock, useQuizActions } from "@trivium/client/react";
import { useEffect } from "react";

/** Reports once per question, after the frame in which `drawn` became true was put on the screen. */
export function useDrawn(roomId: string, questionIndex: number | undefined, drawn: boolean): void {
  const { reportDrawn } = useQuizActions(roomId);
  const clock = useClock();
  useEffect(() => {
    if (!drawn || questionIndex === undefined) return;
    let second = 0;
    // The effect runs before the paint; the frame after the next one is on the screen for sure.
    const first = requestAnimationFrame(() => {
      second = requestAnimationFrame(() => {
        // Only a measure: nothing depends on it.
        reportDrawn(questionIndex, clock.now()).catch(() => {});
      });
    });
    return () => {
      cancelAnimationFrame(first);
      cancelAnimationFrame(second);
    };
  }, [drawn, questionIndex, reportDrawn, clock]);
}
