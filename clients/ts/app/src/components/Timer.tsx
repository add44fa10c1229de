// What is left of a span, by the server's clock: as a ring, as a bar, and in words for those who listen.
//
// The digit is the remaining time rounded up, and turns on every screen at the same instant (`useCountdown` of the SDK). The
// shapes follow the digit, so there is one clock only.

import { useCountdown } from "@trivium/client/react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useHotkeys } from "../lib/hotkeys";
import classes from "./Timer.module.css";

export interface TimerProps {
  /** When it ends, on the server's clock; 0 or absent for no limit. */
  deadlineMs: number | bigint | undefined;
  /** The whole span, in milliseconds: what a full ring stands for. */
  totalMs: number;
  /** What is left while time stands still. */
  heldMs?: number | undefined;
}

/** Seconds within which a timer draws attention, if it began with more. */
const LAST = 5;

interface Timer {
  /** Whole seconds; absent without a limit. */
  readonly left: number | undefined;
  /** How much of the shape is filled, 0 to 1. */
  readonly part: number;
  /** Whether the last seconds run. */
  readonly last: boolean;
}

/** Whole seconds left, never more than the span, and how much of the shape is filled (0 to 1). */
export function useTimer({ deadlineMs, totalMs, heldMs }: TimerProps): Timer {
  const counted = useCountdown(deadlineMs, { heldMs });
  const most = Math.max(1, Math.ceil(totalMs / 1000));
  if (counted === undefined) return { left: undefined, part: 1, last: false };
  const left = Math.min(counted, most);
  // The shape glides within the running second to where the next one begins.
  const goal = heldMs === undefined ? Math.max(0, left - 1) : left;
  return { left, part: goal / most, last: left <= LAST && most > LAST };
}

/** A ring with digits. `size` is any CSS length. */
export function RingTimer({ size = "6rem", ...timer }: TimerProps & { size?: string }) {
  const { t } = useTranslation();
  const { left, part, last } = useTimer(timer);
  return (
    <div
      className={classes.ring}
      style={{ "--size": size, "--part": part }}
      role="timer"
      aria-live="off"
      aria-label={t("timer.label")}
      data-last={last || undefined}
    >
      <svg viewBox="0 0 100 100" aria-hidden="true">
        <circle className={classes.track} cx="50" cy="50" r="44" />
        <circle className={classes.rest} cx="50" cy="50" r="44" pathLength="1" />
      </svg>
      <span className={classes.digits}>{left ?? "∞"}</span>
    </div>
  );
}

/** A bar with digits at its end, for phones. */
export function BarTimer(timer: TimerProps) {
  const { t } = useTranslation();
  const { left, part, last } = useTimer(timer);
  const digits = String(Math.ceil(timer.totalMs / 1000)).length;
  return (
    <div
      className={classes.bar}
      style={{ "--part": part, "--digits": digits }}
      role="timer"
      aria-live="off"
      aria-label={t("timer.label")}
      data-last={last || undefined}
    >
      <span className={classes.groove}>
        <span className={classes.fill} />
      </span>
      <span className={classes.digits}>{left ?? "∞"}</span>
    </div>
  );
}

/** Seconds at which the remaining time is spoken. */
const SPOKEN = new Set([30, 10, 5]);

/**
 * Speaks the remaining time politely at 30, 10 and 5 seconds and when it is up, and whenever T is pressed. Nothing to see.
 * One per screen.
 */
export function TimerSpeech(timer: TimerProps) {
  const { t } = useTranslation();
  const { left } = useTimer(timer);
  const [said, setSaid] = useState({ text: "", turn: 0 });
  const before = useRef(left);
  const words = left === undefined ? t("timer.untimed") : left === 0 ? t("timer.up") : t("timer.left", { count: left });
  const say = () => setSaid(({ turn }) => ({ text: words, turn: turn + 1 }));
  useHotkeys({ t: say });
  useEffect(() => {
    const changed = before.current !== left;
    before.current = left;
    if (changed && left !== undefined && (left === 0 || SPOKEN.has(left))) {
      setSaid(({ turn }) => ({ text: words, turn: turn + 1 }));
    }
  }, [left, words]);
  return (
    <p className="visually-hidden" role="status" aria-live="polite">
      {/* A fresh node each time: the same words twice are spoken twice. */}
      <span key={said.turn}>{said.text}</span>
    </p>
  );
}
