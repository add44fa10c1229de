// Numbers, times and answers as people read them, in the language of the page.
import type { Answer, AnswerForm } from "@trivium/client/proto";
import type { TFunction } from "i18next";
import i18next from "i18next";
import { optionLook } from "../../../components/options";

/** Most decimals of a number that somebody typed. */
const DIGITS = 6;

export function showNumber(value: number, digits = 1): string {
  return value.toLocaleString(i18next.language, { maximumFractionDigits: digits });
}

/** Milliseconds as seconds: `4.20`. */
export function showSeconds(ms: number, digits = 2): string {
  return (ms / 1000).toLocaleString(i18next.language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** A moment of the server's clock, to the millisecond. */
export function showMoment(ms: bigint): string {
  return new Date(Number(ms)).toLocaleTimeString(i18next.language, {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 3,
  });
}

/** Day and time of a moment. */
export function showDate(ms: bigint): string {
  return new Date(Number(ms)).toLocaleString(i18next.language, { dateStyle: "medium", timeStyle: "short" });
}

export function showPercent(share: number): string {
  return share.toLocaleString(i18next.language, { style: "percent", maximumFractionDigits: 0 });
}

/** A number with the question's unit. */
export function withUnit(value: number, form: AnswerForm | undefined): string {
  return `${showNumber(value, DIGITS)}${form?.unit ? `\u00a0${form.unit}` : ""}`;
}

/** An answer in a line. Formulas stay as they are written. */
export function answerText(t: TFunction<"results">, answer: Answer | undefined, form: AnswerForm | undefined): string {
  const given = answer?.value;
  const option = (at: number) => `${optionLook(at).letter} ${form?.options[at] ?? ""}`.trim();
  switch (given?.case) {
    case "choice":
      return option(given.value);
    case "choices":
      return given.value.positions.map(option).join(", ") || t("answer.nothing");
    case "truth":
      return t(given.value ? "answer.true" : "answer.false");
    case "text":
      return given.value;
    case "number":
      return withUnit(given.value, form);
    case "order":
      return given.value.positions.map((at) => form?.options[at] ?? "").join(" → ");
    case "matches":
      return given.value.positions
        .map((at, left) => `${form?.options[left] ?? ""} – ${form?.matches[at] ?? ""}`)
        .join(", ");
    case "rating":
      return t("answer.rating", { step: given.value, steps: form?.limit ?? 0 });
    case "words":
      return given.value.words.join(", ");
    case undefined:
      return "–";
  }
}
