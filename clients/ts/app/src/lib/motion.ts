// Whether this person wants movement: the system's wish, unless the app's switch says otherwise.
import { useReducedMotion } from "@mantine/hooks";
import { usePreferences } from "./preferences";

/** Whether to leave out movement: confetti, counting-up numbers, sliding rows. */
export function useReducedMotionPref(): boolean {
  const system = useReducedMotion();
  const motion = usePreferences((preferences) => preferences.motion);
  return motion === "reduced" || (motion === "system" && system);
}

/** The same outside of components. */
export function wantsReducedMotion(): boolean {
  const { motion } = usePreferences.getState();
  return motion === "reduced" || (motion === "system" && matchMedia("(prefers-reduced-motion: reduce)").matches);
}
