// Numbers and times as people read them, in the language of the page.
import i18next from "i18next";

/** `3 210` or `3,210`; one decimal only where there is one. */
export function showNumber(value: number, digits = 1): string {
  return value.toLocaleString(i18next.language, { maximumFractionDigits: digits });
}

/** Points of a standing, which come in tenths. */
export function showTenths(tenths: number): string {
  return showNumber(tenths / 10);
}

/** Milliseconds as seconds with so many decimals: `4.2`. */
export function showSeconds(ms: number, digits = 1): string {
  return (ms / 1000).toLocaleString(i18next.language, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** A moment of the server's clock, to the millisecond. */
export function showMoment(ms: number | bigint): string {
  return new Date(Number(ms)).toLocaleTimeString(i18next.language, {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 3,
  });
}
