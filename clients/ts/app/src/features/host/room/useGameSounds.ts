// What is heard with each state. Everything here is seen as well.

import { useCountdown } from "@trivium/client/react";
import { useEffect, useRef } from "react";
import { usePreferences } from "../../../lib/preferences";
import { type Sound, useSound } from "../../../lib/sound";
import { playerCount } from "../model/people";
import type { Stage } from "../model/stage";
import { useMusic, useMusicPreference } from "./music";
import type { Game } from "./useGame";

/** Seconds at the end of a question that tick. */
const TICKS = 5;

/** What sounds when a screen appears; the podium has a score of its own. */
const ON_STAGE: Partial<Record<Stage, Sound>> = {
  read: "accent",
  question: "whoosh",
  timeUp: "gong",
  reveal: "win",
  leaderboard: "whoosh",
};

/** Plays along with the game. */
export function useGameSounds({ stage, quiz, room }: Game): void {
  const { play } = useSound();
  const sound = usePreferences((preferences) => preferences.sound);
  const music = useMusicPreference((preference) => preference.music);
  useMusic(stage === "lobby" && sound && music);

  const before = useRef(stage);
  useEffect(() => {
    if (before.current === stage) return;
    before.current = stage;
    const each = ON_STAGE[stage];
    if (each !== undefined) play(each);
  }, [stage, play]);

  const counted = stage === "countdown" ? quiz?.phaseEndTimeMs : stage === "question" ? quiz?.closeTimeMs : undefined;
  const left = useCountdown(quiz?.paused ? undefined : counted);
  useEffect(() => {
    if (left !== undefined && left > 0 && (stage === "countdown" || left <= TICKS)) play("tick");
  }, [left, stage, play]);

  const count = playerCount(room);
  const known = useRef(count);
  useEffect(() => {
    if (stage === "lobby" && count > known.current) play("join");
    known.current = count;
  }, [count, stage, play]);
}
