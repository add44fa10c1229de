// Times, spans and sizes in the words of the reader's language.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The time of day, such as `14:05`. */
export function timeOf(ms: bigint | number, language: string): string {
  return new Date(Number(ms)).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });
}

/** Day and time, such as `3 Jan 2030, 14:05`. */
export function momentOf(ms: bigint | number, language: string): string {
  return new Date(Number(ms)).toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });
}

/** The time of day for what is from today, else the day. */
export function shortTime(ms: bigint | number, nowMs: number, language: string): string {
  const then = new Date(Number(ms));
  if (sameDay(then, new Date(nowMs))) return timeOf(ms, language);
  return then.toLocaleDateString(language, { day: "numeric", month: "short" });
}

/** A day's name: `today`, `yesterday`, else its date. */
export function dayOf(ms: bigint | number, nowMs: number, language: string): string {
  const then = new Date(Number(ms));
  const words = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  for (const back of [0, 1]) {
    if (sameDay(then, new Date(nowMs - back * DAY))) return words.format(-back, "day");
  }
  return then.toLocaleDateString(language, { weekday: "long", day: "numeric", month: "long" });
}

/** Whether two moments are on one day of the reader's. */
export function sameDay(a: Date, b: Date): boolean {
  return a.toDateString() === b.toDateString();
}

/** How long ago, such as `5 minutes ago`; less than a minute is `now`. */
export function agoOf(ms: bigint | number, nowMs: number, language: string): string {
  const words = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  const ago = Math.max(0, nowMs - Number(ms));
  if (ago < MINUTE) return words.format(0, "second");
  if (ago < HOUR) return words.format(-Math.floor(ago / MINUTE), "minute");
  if (ago < DAY) return words.format(-Math.floor(ago / HOUR), "hour");
  return words.format(-Math.floor(ago / DAY), "day");
}

/** A span in its largest whole unit, such as `10 minutes`. */
export function spanOf(ms: number, language: string): string {
  const [size, unit] =
    ms >= DAY && ms % DAY === 0
      ? ([DAY, "day"] as const)
      : ms >= HOUR && ms % HOUR === 0
        ? ([HOUR, "hour"] as const)
        : ms >= MINUTE && ms % MINUTE === 0
          ? ([MINUTE, "minute"] as const)
          : ([1000, "second"] as const);
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long", maximumFractionDigits: 0 }).format(
    ms / size,
  );
}

/** A size such as `1.2 MB`. */
export function sizeOf(bytes: bigint | number, language: string): string {
  const size = Number(bytes);
  const [one, unit] =
    size >= 1e6 ? ([1e6, "megabyte"] as const) : size >= 1e3 ? ([1e3, "kilobyte"] as const) : ([1, "byte"] as const);
  return new Intl.NumberFormat(language, { style: "unit", unit, maximumFractionDigits: 1 }).format(size / one);
}
