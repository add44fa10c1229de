// The small rules of the player's pages: numbers that people type, why a score, who came too late.
import { create } from "@bufbuild/protobuf";
import {
  PlayerResultSchema,
  QuestionPromptSchema,
  QuizSettingsSchema,
  QuizStateSchema,
  ScoringMode,
  Verdict,
} from "@trivium/client/proto";
import { member } from "@trivium/client/testing";
import { describe, expect, it } from "vitest";
import { displayCode, isCode, normalCode } from "../../../lib/codes";
import { readNumber } from "../answers/TextAnswer";
import { madeUpName } from "../join/names";
import { cameTooLate } from "./late";
import { formulaOf } from "./why";

describe("numbers", () => {
  it.each([
    ["42", 42],
    ["-3.5", -3.5],
    ["−3,5", -3.5],
    ["1 000", 1000],
    ["8.849,5", 8849.5],
    ["8,849.5", 8849.5],
    ["1.000.000", 1_000_000],
    ["1'000", 1000],
    [".5", 0.5],
    ["5.", 5],
    ["", undefined],
    ["-", undefined],
    ["1e9", undefined],
    ["12m", undefined],
    ["9999999999999", undefined],
  ])("%j is %j", (text, value) => {
    expect(readNumber(text, "en")).toBe(value);
    expect(readNumber(text, "de")).toBe(value);
  });

  it.each([
    ["8,849", 8849, 8.849],
    ["8.849", 8.849, 8849],
    ["-12,500", -12_500, -12.5],
    ["0,849", 0.849, 0.849],
    ["1234,567", 1234.567, 1234.567],
    ["8,84", 8.84, 8.84],
  ])("%j is %d in English and %d in German", (text, english, german) => {
    expect(readNumber(text, "en")).toBe(english);
    expect(readNumber(text, "de")).toBe(german);
  });
});

describe("codes", () => {
  it.each([
    ["abcd-efgh", "ABCDEFGH", "ABCD EFGH"],
    [" abc def ", "ABCDEF", "ABC DEF"],
    ["ABCDEFGHIJKLMNOP", "ABCDEFGHIJKL", "ABCD EFGH IJKL"],
  ])("%j", (typed, plain, shown) => {
    expect(normalCode(typed)).toBe(plain);
    expect(displayCode(typed)).toBe(shown);
    expect(isCode(typed)).toBe(true);
  });

  it("are too short below six", () => {
    expect(isCode("ABCDE")).toBe(false);
  });
});

describe("why a score", () => {
  const prompt = create(QuestionPromptSchema, { points: 1000 });
  const linear = create(QuizSettingsSchema, { speedWeightPermille: 500 });
  const result = (responseMs: number, points: number, verdict = Verdict.CORRECT) =>
    create(PlayerResultSchema, { verdict, responseMs, points, timeLimitMs: 20_000 });

  it.each([
    [500, 1000, 0],
    [2700, 944, 2200],
    [20_000, 500, 19_500],
  ])("answered after %i ms it is %i", (responseMs, points, lateMs) => {
    const formula = formulaOf(result(responseMs, points), prompt, linear);
    expect(formula).toMatchObject({ kind: "linear", part: 1, lateMs, spanMs: 19_500, result: points });
    const computed = 1000 * (1 - (0.5 * lateMs) / 19_500);
    expect(Math.floor(computed + 0.5)).toBe(points);
  });

  it("shows the share of what is partly right", () => {
    expect(formulaOf(result(500, 500, Verdict.PARTIAL), prompt, linear)).toMatchObject({ part: 0.5 });
  });

  it.each([
    [create(QuizSettingsSchema, { speedWeightPermille: 0 }), "noSpeed"],
    [create(QuizSettingsSchema, { scoring: ScoringMode.KAHOOT }), "kahoot"],
    [undefined, "linear"],
  ] as const)("knows the game's way of scoring", (settings, kind) => {
    expect(formulaOf(result(2000, 967), prompt, settings).kind).toBe(kind);
  });

  it.each([
    [Verdict.INCORRECT, "nothing"],
    [Verdict.MISSED, "nothing"],
    [Verdict.ABSENT, "nothing"],
    [Verdict.UNSCORED, "opinion"],
  ] as const)("verdict %i is %s", (verdict, kind) => {
    expect(formulaOf(result(0, 0, verdict), prompt, linear).kind).toBe(kind);
  });
});

describe("coming late", () => {
  const state = create(QuizStateSchema, { openTimeMs: 10_000n, closeTimeMs: 30_000n });
  it.each([
    [9000n, false],
    [25_000n, false],
    [25_001n, true],
  ])("at %i: %s", (joinTimeMs, late) => {
    expect(cameTooLate(member("ada", { joinTimeMs }), state)).toBe(late);
  });

  it("does not matter without a limit", () => {
    const untimed = create(QuizStateSchema, { openTimeMs: 10_000n });
    expect(cameTooLate(member("ada", { joinTimeMs: 99_000n }), untimed)).toBe(false);
  });
});

describe("names made up", () => {
  it.each(["en", "de"] as const)("fit the limit (%s)", (language) => {
    for (let n = 0; n < 200; n++) {
      const name = madeUpName(language);
      expect(name.length).toBeGreaterThan(3);
      expect(name.length).toBeLessThanOrEqual(24);
    }
  });
});
