// Sounds made by the Web Audio API on the spot: no files, no licences, and nothing before the first tap.
//
// Each sound is a handful of notes; `play` is silent while the switch is off or the browser has not been unlocked.
import { useEffect } from "react";
import { usePreferences } from "./preferences";

/** What can be heard. Every one has a visible twin. */
export type Sound = "join" | "tick" | "accent" | "locked" | "gong" | "win" | "lose" | "whoosh" | "drumroll" | "fanfare";

/** One note of a sound or a tune. */
export interface Note {
  /** Seconds after the sound begins. */
  readonly at: number;
  /** Hertz; where a second one is given, the note slides to it. */
  readonly pitch: number | readonly [number, number];
  /** Seconds until it has died away. */
  readonly length: number;
  readonly wave: OscillatorType | "noise";
  /** 0 to 1, before the master gain. */
  readonly level: number;
}

const note = (
  at: number,
  pitch: Note["pitch"],
  length: number,
  wave: Note["wave"] = "triangle",
  level = 0.5,
): Note => ({
  at,
  pitch,
  length,
  wave,
  level,
});

const [C4, E4, G4, C5, E5, G5, C6] = [261.6, 329.6, 392, 523.3, 659.3, 784, 1046.5] as const;

const SOUNDS: Readonly<Record<Sound, readonly Note[]>> = {
  join: [note(0, G4, 0.12), note(0.08, C5, 0.2)],
  tick: [note(0, 880, 0.06, "sine", 0.35)],
  accent: [note(0, 1318.5, 0.25, "triangle", 0.5)],
  locked: [note(0, [C5, G5], 0.14, "sine", 0.5)],
  gong: [note(0, 147, 1.6, "sine", 0.7), note(0, 220.5, 1.1, "sine", 0.35), note(0, 367, 0.7, "sine", 0.18)],
  win: [note(0, C5, 0.16), note(0.1, E5, 0.16), note(0.2, G5, 0.16), note(0.3, C6, 0.5)],
  lose: [note(0, [E4, 311], 0.28, "triangle", 0.4), note(0.22, [C4, 233], 0.5, "triangle", 0.4)],
  whoosh: [note(0, [300, 2400], 0.45, "noise", 0.35)],
  drumroll: Array.from({ length: 30 }, (_, n) => note(n * 0.05, [220, 140], 0.06, "noise", 0.12 + n * 0.011)),
  fanfare: [
    note(0, C5, 0.14, "sawtooth", 0.22),
    note(0.15, C5, 0.14, "sawtooth", 0.22),
    note(0.3, C5, 0.14, "sawtooth", 0.22),
    note(0.45, G5, 0.9, "sawtooth", 0.26),
    note(0.45, E5, 0.9, "triangle", 0.3),
    note(0.45, C5, 0.9, "triangle", 0.3),
  ],
};

const MASTER = 0.25;

let context: AudioContext | undefined;

/** Lets sounds be played from now on; call it from within a tap or a key press. */
export function unlockSound(): void {
  if (typeof AudioContext === "undefined") return;
  context ??= new AudioContext();
  if (context.state === "suspended") void context.resume();
}

/** Plays a sound if the person wants any and has tapped before. */
export function playSound(sound: Sound): void {
  playNotes(SOUNDS[sound]);
}

/** Plays notes of the caller's own, such as a bar of music, under the same conditions. */
export function playNotes(notes: readonly Note[]): void {
  if (!usePreferences.getState().sound || context === undefined || context.state !== "running") return;
  for (const each of notes) playNote(context, each);
}

/**
 * For pages that make sounds: `play`, and the unlocking by the first tap or key press, which browsers ask for anew after
 * every load.
 */
export function useSound(): { play: (sound: Sound) => void } {
  const wanted = usePreferences((preferences) => preferences.sound);
  useEffect(() => {
    if (!wanted) return;
    const once = { once: true, capture: true };
    document.addEventListener("pointerdown", unlockSound, once);
    document.addEventListener("keydown", unlockSound, once);
    return () => {
      document.removeEventListener("pointerdown", unlockSound, once);
      document.removeEventListener("keydown", unlockSound, once);
    };
  }, [wanted]);
  return player;
}

const player = { play: playSound };

/** How long a sound lasts, in seconds. */
export function soundLength(sound: Sound): number {
  return Math.max(...SOUNDS[sound].map((each) => each.at + each.length));
}

function playNote(audio: AudioContext, { at, pitch, length, wave, level }: Note): void {
  const begin = audio.currentTime + at;
  const gain = audio.createGain();
  gain.gain.setValueAtTime(0, begin);
  gain.gain.linearRampToValueAtTime(level * MASTER, begin + 0.008);
  gain.gain.exponentialRampToValueAtTime(0.0001, begin + length);
  gain.connect(audio.destination);
  const [from, to] = typeof pitch === "number" ? [pitch, pitch] : pitch;
  const source =
    wave === "noise" ? noise(audio, from, to, begin, length, gain) : tone(audio, wave, from, to, begin, length, gain);
  source.start(begin);
  source.stop(begin + length);
}

function tone(
  audio: AudioContext,
  wave: OscillatorType,
  from: number,
  to: number,
  begin: number,
  length: number,
  out: AudioNode,
): AudioScheduledSourceNode {
  const source = audio.createOscillator();
  source.type = wave;
  source.frequency.setValueAtTime(from, begin);
  source.frequency.exponentialRampToValueAtTime(to, begin + length);
  source.connect(out);
  return source;
}

/** White noise through a band-pass that slides. */
function noise(
  audio: AudioContext,
  from: number,
  to: number,
  begin: number,
  length: number,
  out: AudioNode,
): AudioScheduledSourceNode {
  const buffer = audio.createBuffer(1, Math.ceil(audio.sampleRate * length), audio.sampleRate);
  const samples = buffer.getChannelData(0);
  for (let n = 0; n < samples.length; n++) samples[n] = Math.random() * 2 - 1;
  const source = audio.createBufferSource();
  source.buffer = buffer;
  const filter = audio.createBiquadFilter();
  filter.type = "bandpass";
  filter.Q.value = 1.2;
  filter.frequency.setValueAtTime(from, begin);
  filter.frequency.exponentialRampToValueAtTime(to, begin + length);
  source.connect(filter).connect(out);
  return source;
}
