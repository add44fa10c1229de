// The music of the lobby: two bars that go round, quietly, while sound and music are wanted.

import { useEffect } from "react";
import { create } from "zustand";
import { type Note, playNotes } from "../../../lib/sound";
import { load, save } from "../../../lib/storage";

const KEY = "trivium.host.music";
/** Seconds per beat. */
const BEAT = 0.48;
const BEATS = 8;
const CHORDS: readonly (readonly number[])[] = [
  [261.6, 329.6, 392],
  [220, 261.6, 329.6],
  [174.6, 220, 261.6],
  [196, 246.9, 293.7],
];

interface MusicStore {
  readonly music: boolean;
  setMusic(music: boolean): void;
}

/** Whether music is wanted beside the effects; kept on the device. */
export const useMusicPreference = create<MusicStore>((set) => ({
  music: load(KEY) !== "off",
  setMusic(music) {
    save(KEY, music ? "on" : "off");
    set({ music });
  },
}));

/** Two bars: a bass note per chord, and its notes one after another. */
function bars(): Note[] {
  const notes: Note[] = [];
  for (let beat = 0; beat < BEATS; beat += 1) {
    const chord = CHORDS[Math.floor(beat / 2) % CHORDS.length] ?? [];
    const [root = 262] = chord;
    if (beat % 2 === 0) notes.push({ at: beat * BEAT, pitch: root / 2, length: BEAT * 1.8, wave: "sine", level: 0.3 });
    chord.forEach((pitch, n) => {
      notes.push({ at: beat * BEAT + (n * BEAT) / 3, pitch: pitch * 2, length: 0.3, wave: "triangle", level: 0.09 });
    });
  }
  return notes;
}

/** Plays the music while `active`. */
export function useMusic(active: boolean): void {
  useEffect(() => {
    if (!active) return;
    const round = () => playNotes(bars());
    round();
    const timer = setInterval(round, BEAT * BEATS * 1000);
    return () => clearInterval(timer);
  }, [active]);
}
