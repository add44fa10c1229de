// What the page computes anew is what the server would have said, for every kind and every way of being partly right.
import { create } from "@bufbuild/protobuf";
import {
  type Answer,
  AnswerSchema,
  QuestionKind,
  QuizSettingsSchema,
  ScoringMode,
  Verdict,
} from "@trivium/client/proto";
import { QUESTION_KINDS, sampleQuestion } from "@trivium/client/testing";
import { describe, expect, it } from "vitest";
import { game, OPEN_MS, question, result } from "../testing/game";
import { explain, recheck } from "./explain";

const settings = create(QuizSettingsSchema, { speedWeightPermille: 500 });
const positions = (name: "choices" | "order" | "matches", ...at: number[]): Answer =>
  create(AnswerSchema, { value: { case: name, value: { $typeName: "trivium.v1.Positions", positions: at } } });
const number = (value: number) => create(AnswerSchema, { value: { case: "number", value } });

describe("shares", () => {
  // Each in 5,250 ms of 10,000, so that a whole share is 750.
  it.each<[string, QuestionKind, Answer, Verdict, number]>([
    ["all right options", QuestionKind.MULTIPLE_CHOICE, positions("choices", 0, 2), Verdict.CORRECT, 750],
    ["one of two", QuestionKind.MULTIPLE_CHOICE, positions("choices", 0), Verdict.PARTIAL, 375],
    ["one miss takes one hit", QuestionKind.MULTIPLE_CHOICE, positions("choices", 0, 1, 2), Verdict.PARTIAL, 375],
    ["as many misses", QuestionKind.MULTIPLE_CHOICE, positions("choices", 0, 1), Verdict.INCORRECT, 0],
    ["all or nothing", QuestionKind.MULTIPLE_CHOICE, positions("choices", 2), Verdict.INCORRECT, 0],
    ["a third of the neighbours", QuestionKind.ORDERING, positions("order", 1, 0, 2, 3), Verdict.PARTIAL, 250],
    ["order, all or nothing", QuestionKind.ORDERING, positions("order", 1, 0, 2, 3), Verdict.INCORRECT, 0],
    ["one pair of three", QuestionKind.MATCHING, positions("matches", 1, 0, 2), Verdict.PARTIAL, 250],
    ["half the band: 1 − 1/4", QuestionKind.NUMBER_ENTRY, number(8949), Verdict.PARTIAL, 563],
    ["the edge of the band: a tenth", QuestionKind.NUMBER_ENTRY, number(9049), Verdict.PARTIAL, 75],
    ["beyond the band", QuestionKind.NUMBER_ENTRY, number(9049.000_001), Verdict.INCORRECT, 0],
    ["inside the range", QuestionKind.RANGE_ENTRY, number(73), Verdict.CORRECT, 750],
    ["outside of it", QuestionKind.RANGE_ENTRY, number(73.5), Verdict.INCORRECT, 0],
  ])("%s", (_, kind, answer, verdict, points) => {
    const row = result("ada", { answer, verdict, points });
    expect(explain(row, question(kind, [row]), settings)).toMatchObject({ points, agrees: true });
  });

  it("sides that read the same are as good as each other", () => {
    const row = result("ada", { answer: positions("matches", 1, 2, 0) });
    const asked = question(QuestionKind.MATCHING, [row], { positions: [0, 2, 1] });
    if (asked.form !== undefined) asked.form.matches = ["Oslo", " Oslo ", "Lima"];
    const counted = explain({ ...row, verdict: Verdict.CORRECT }, asked, settings).grade?.evidence;
    expect(counted).toEqual({ kind: "pairs", right: 3, of: 3 });
  });
});

describe("what disagrees", () => {
  it.each([
    ["points", { points: 751 }],
    ["a verdict", { verdict: Verdict.INCORRECT, points: 0 }],
    ["a bonus that nobody earned", { streakBonus: 100 }],
  ])("%s", (_, change) => {
    const row = result("ada", { answer: sampleQuestion(QuestionKind.SINGLE_CHOICE).right, ...change });
    expect(explain(row, question(QuestionKind.SINGLE_CHOICE, [row]), settings).agrees).toBe(false);
  });

  it("is counted", () => {
    const data = game();
    expect(recheck(data)).toEqual({ all: 60, same: 60 });
    const first = data.questions[0]?.results[0];
    if (first !== undefined) first.points += 1;
    expect(recheck(data)).toEqual({ all: 60, same: 59 });
  });
});

it.each(QUESTION_KINDS)("kind %i: the right answer and the wrong one", (kind) => {
  const { right, wrong, solution } = sampleQuestion(kind);
  const row = result(
    "ada",
    solution === undefined ? { answer: right, verdict: Verdict.UNSCORED, points: 0 } : { answer: right },
  );
  expect(explain(row, question(kind, [row]), settings).agrees).toBe(true);
  if (wrong === undefined) return;
  const missed = result("ada", { answer: wrong, verdict: Verdict.INCORRECT, points: 0 });
  expect(explain(missed, question(kind, [missed]), settings).agrees).toBe(true);
});

it("knows Kahoot's formula, and streaks on top", () => {
  const kahoot = create(QuizSettingsSchema, { scoring: ScoringMode.KAHOOT, streakBonus: true });
  const answer = sampleQuestion(QuestionKind.SINGLE_CHOICE).right;
  const row = result("ada", {
    answer,
    points: 967,
    responseMs: 2000,
    timeLimitMs: 30_000,
    streak: 3,
    streakBonus: 200,
  });
  expect(explain(row, question(QuestionKind.SINGLE_CHOICE, [row]), kahoot)).toMatchObject({
    points: 967,
    streakBonus: 200,
    agrees: true,
  });
});

it.each([
  ["exact", {}],
  ["grace", { responseMs: 10_000, receiveTimeMs: OPEN_MS + 10_300n }],
  ["paused", { receiveTimeMs: OPEN_MS + 65_290n }],
  ["none", { receiveTimeMs: 0n }],
] as const)("the clock: %s", (clock, change) => {
  const row = result("ada", { answer: sampleQuestion(QuestionKind.SINGLE_CHOICE).right, ...change });
  expect(explain(row, question(QuestionKind.SINGLE_CHOICE, [row]), settings).clock).toBe(clock);
});
