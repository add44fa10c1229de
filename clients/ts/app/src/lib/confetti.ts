// Confetti, for the moments that deserve it; none for those who want no movement.
import type { CreateTypes } from "canvas-confetti";
import { wantsReducedMotion } from "./motion";

let fire: CreateTypes | undefined;

const COLOURS = ["#5842dc", "#8a76fb", "#ffb238", "#3DBFA0", "#56B4E9", "#CC79A7"];

/** `small` for the first right answer, `big` for the podium. The library is loaded when it is first wanted. */
export async function celebrate(size: "small" | "big"): Promise<void> {
  if (wantsReducedMotion()) return;
  const { default: library } = await import("canvas-confetti");
  // No worker: it would be made of a blob, which the policy forbids.
  fire ??= library.create(canvas(), { resize: true, useWorker: false });
  const confetti = fire;
  const base = { colors: COLOURS, disableForReducedMotion: false, zIndex: 50, scalar: 1.1 };
  if (size === "small") {
    void confetti({ ...base, particleCount: 60, spread: 70, origin: { y: 0.35 }, ticks: 120 });
    return;
  }
  for (const [at, x, angle] of [
    [0, 0, 60],
    [250, 1, 120],
    [600, 0.5, 90],
  ] as const) {
    setTimeout(() => void confetti({ ...base, particleCount: 110, spread: 80, angle, origin: { x, y: 0.7 } }), at);
  }
}

/** Over everything, in nobody's way, and nothing to readers. */
function canvas(): HTMLCanvasElement {
  const made = document.createElement("canvas");
  made.className = "confetti";
  made.setAttribute("aria-hidden", "true");
  document.body.append(made);
  return made;
}
