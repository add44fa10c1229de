// How long a mute or a ban may last, as people choose it.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Choices in milliseconds; 0 is until a host ends it. The longest is what the server takes. */
export const DURATIONS = [5 * MINUTE, 10 * MINUTE, HOUR, DAY, 7 * DAY, 28 * DAY, 0] as const;

/** What a mute by one press lasts. */
export const QUICK_MUTE_MS = 10 * MINUTE;

/** Slow modes to choose from, in milliseconds; 0 is none. */
export const SLOW_MODES = [0, 5000, 10_000, 30_000, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR] as const;

/** Times for newcomers to choose from, in milliseconds; 0 is none. */
export const NEWCOMER_TIMES = [0, 5 * MINUTE, 10 * MINUTE, HOUR, DAY, 7 * DAY] as const;
