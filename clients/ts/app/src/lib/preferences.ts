// What one person wants on this device: sound, motion, size of text, the question on the own screen. Kept over reloads.
//
// The colour scheme is Mantine's business (components/ThemeSwitch.tsx), the language i18n's.
import { create } from "zustand";
import { load, save } from "./storage";

/** `system` follows the device. */
export type Motion = "system" | "reduced" | "full";

export interface Preferences {
  readonly sound: boolean;
  readonly motion: Motion;
  /** Scale of all text, in percent. */
  readonly textSize: 100 | 115 | 130 | 150;
  /** Whether the player's own device shows the question's text. */
  readonly showQuestion: boolean;
}

interface PreferenceStore extends Preferences {
  set(change: Partial<Preferences>): void;
}

const KEY = "trivium.preferences";
export const TEXT_SIZES = [100, 115, 130, 150] as const;
// Sound is off until asked for: thirty phones in one room are no orchestra.
const DEFAULTS: Preferences = { sound: false, motion: "system", textSize: 100, showQuestion: true };

function read(): Preferences {
  try {
    const kept: unknown = JSON.parse(load(KEY) ?? "{}");
    if (typeof kept !== "object" || kept === null) return DEFAULTS;
    const p = kept as Partial<Record<keyof Preferences, unknown>>;
    return {
      sound: p.sound === true,
      motion: p.motion === "reduced" || p.motion === "full" ? p.motion : "system",
      textSize: TEXT_SIZES.find((size) => size === p.textSize) ?? 100,
      showQuestion: p.showQuestion !== false,
    };
  } catch {
    return DEFAULTS;
  }
}

/** The preferences, and `set` to change some. */
export const usePreferences = create<PreferenceStore>((set, get) => ({
  ...read(),
  set(change) {
    set(change);
    const { sound, motion, textSize, showQuestion } = get();
    save(KEY, JSON.stringify({ sound, motion, textSize, showQuestion } satisfies Preferences));
  },
}));

/** Keeps the page's attributes in step with the preferences. */
export function startPreferences(): void {
  const show = ({ motion, textSize }: Preferences) => {
    const root = document.documentElement;
    if (motion === "system") delete root.dataset.motion;
    else root.dataset.motion = motion;
    root.style.fontSize = textSize === 100 ? "" : `${textSize}%`;
  };
  show(usePreferences.getState());
  usePreferences.subscribe(show);
}
