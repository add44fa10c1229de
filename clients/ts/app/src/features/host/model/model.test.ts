// The rules behind the host's screens.

import { create } from "@bufbuild/protobuf";
import {
  PlayerResultSchema,
  QuestionKind,
  QuestionResultsSchema,
  QuizPhase,
  QuizSettingsSchema,
  RankBy,
  Verdict,
} from "@trivium/client/proto";
import { questionRevealed, quizState, sampleQuestion, standing } from "@trivium/client/testing";
import { describe, expect, it } from "vitest";
import de from "../de.json";
import en from "../en.json";
import { nextStep, possible } from "./actions";
import { joinUrl, remoteUrl, spelled } from "./join";
import { DEFAULTS, optionsOf, presetOf, teamsOf, withOptions } from "./options";
import { longestStreak, mostImproved, pointsOf, steps } from "./podium";
import { meanRating, spreadOf } from "./spread";
import { nextTurn, stageOf } from "./stage";
import { cloudOf } from "./words";

describe("stage", () => {
  const now = 1_000_000;
  const quiz = (init: NonNullable<Parameters<typeof quizState>[1]>) => ({
    status: "live" as const,
    quiz: { state: quizState({}, init), reveals: new Map() },
  });
  it("turns with the clock, not with the event", () => {
    const room = quiz({ phase: QuizPhase.OPEN, openTimeMs: BigInt(now + 500) });
    expect(stageOf(room, now)).toBe("read");
    expect(nextTurn(room.quiz.state, now)).toBe(now + 500);
    expect(stageOf(room, now + 500)).toBe("question");
    expect(nextTurn(room.quiz.state, now + 500)).toBeUndefined();
  });
  it("knows a room without a quiz, and one that is over", () => {
    expect(stageOf({ status: "live" }, now)).toBe("empty");
    expect(stageOf({ status: "loading" }, now)).toBe("loading");
    expect(stageOf({ status: "ended" }, now)).toBe("closed");
  });
});

describe("actions", () => {
  it.each([
    [QuizPhase.LOBBY, false, 0, "start"],
    [QuizPhase.READING, false, 0, "open"],
    [QuizPhase.OPEN, false, 0, "close"],
    [QuizPhase.REVEALED, false, 0, "leaderboard"],
    [QuizPhase.REVEALED, true, 0, "question"],
    [QuizPhase.LEADERBOARD, false, 0, "question"],
    [QuizPhase.LEADERBOARD, false, 11, "podium"],
    [QuizPhase.ENDED, false, 11, undefined],
  ])("next in phase %i, ranking hidden %s, question %i", (phase, hidden, index, step) => {
    const { prompt } = sampleQuestion(QuestionKind.SINGLE_CHOICE);
    expect(nextStep(quizState({ phase }, { phase, prompt: { ...prompt, index } }), hidden)).toBe(step);
  });
  it("has nothing to extend where there is no limit", () => {
    expect(possible(quizState({ phase: QuizPhase.OPEN }), "extend")).toBe(true);
    expect(possible(quizState({ phase: QuizPhase.OPEN }, { closeTimeMs: 0n }), "extend")).toBe(false);
  });
});

describe("podium", () => {
  it("shares steps on ties", () => {
    const all = [standing(1, "a", 900), standing(2, "b", 800), standing(2, "c", 800), standing(4, "d", 100)];
    expect(steps(all).map((step) => [step.rank, step.standings.map((s) => s.userId)])).toEqual([
      [1, ["a"]],
      [2, ["b", "c"]],
    ]);
  });
  it("finds who climbed most, from the first question each was there for", () => {
    const row = (userId: string, rank: number, verdict = Verdict.CORRECT) =>
      create(PlayerResultSchema, { userId, rank, verdict });
    const questions = [
      create(QuestionResultsSchema, { results: [row("a", 1), row("b", 3), row("late", 4, Verdict.ABSENT)] }),
      create(QuestionResultsSchema, { results: [row("a", 2), row("b", 1), row("late", 3)] }),
    ];
    const final = [standing(1, "b", 3), standing(2, "late", 2), standing(3, "a", 1)];
    expect(mostImproved(questions, final)).toEqual({ userId: "b", ranks: 2 });
    expect(mostImproved([], final)).toBeUndefined();
  });
  it("names everybody with the longest streak, from two on", () => {
    const of = (...runs: number[]) =>
      longestStreak(runs.map((bestStreak, n) => standing(n, `p${n}`, 0, { bestStreak })));
    expect(of(1, 1)).toBeUndefined();
    expect(of(3, 1, 3)).toEqual({ streak: 3, names: ["P0", "P2"] });
  });
  it("writes whole points and a team's tenth", () => {
    expect(pointsOf(standing(1, "a", 1234), "en")).toBe("1,234");
    expect(pointsOf(standing(1, "a", 0, { pointsTenths: 12345 }), "de")).toBe("1.234,5");
  });
});

describe("spread", () => {
  const spread = (kind: QuestionKind) =>
    spreadOf(kind, sampleQuestion(kind).form, questionRevealed({ kind }), { yes: "True", no: "False" });
  it("counts options and marks the right one", () => {
    const rows = spread(QuestionKind.SINGLE_CHOICE)?.rows;
    expect(rows?.map(({ label, count, percent, correct }) => [label, count, percent, correct])).toEqual([
      ["Earth", 1, 20, false],
      ["Jupiter", 3, 60, true],
      ["Mars", 0, 0, false],
      ["Venus", 1, 20, false],
    ]);
  });
  it("reads true before false, whatever the order on the wire", () => {
    const reveal = questionRevealed({ kind: QuestionKind.TRUE_FALSE });
    const counts = reveal.distribution?.counts ?? [];
    const rows = spread(QuestionKind.TRUE_FALSE)?.rows;
    expect(rows?.map(({ label, count }) => [label, count])).toEqual([
      ["True", counts[1]],
      ["False", counts[0]],
    ]);
    expect(rows?.filter(({ correct }) => correct)).toHaveLength(1);
  });
  it.each([QuestionKind.ORDERING, QuestionKind.MATCHING])("counts who had each slot of kind %i", (kind) => {
    const found = spread(kind);
    expect(found?.counts).toBe("right");
    expect(found?.rows).toHaveLength(sampleQuestion(kind).solution?.positions.length ?? 0);
    expect(found?.rows.every(({ count }) => count >= 3)).toBe(true);
  });
  it("lists a right answer that few gave", () => {
    const texts = ["a", "b", "c", "d", "e", "f", "g", "right"].map((text, n) => ({ text, count: 20 - n }));
    const reveal = questionRevealed(
      { kind: QuestionKind.TEXT_ENTRY },
      { results: [], solution: { accepted: ["Right"] }, distribution: { answered: 100, texts } },
    );
    const found = spreadOf(QuestionKind.TEXT_ENTRY, undefined, reveal, { yes: "", no: "" });
    expect(found?.rows.find(({ correct }) => correct)?.label).toBe("right");
    expect(found?.hidden).toBe(2);
  });
  it("has the mean of a rating", () => {
    expect(meanRating(spread(QuestionKind.RATING)?.rows ?? [])).toBe(3.2);
    expect(meanRating([])).toBeUndefined();
  });
  it("puts frequent words larger and nearer to the middle", () => {
    const words = cloudOf([9, 4, 1].map((count) => ({ $typeName: "trivium.v1.TextCount", text: `w${count}`, count })));
    expect(words.map(({ text }) => text)).toEqual(["w4", "w9", "w1"]);
    expect(words.find(({ text }) => text === "w9")?.weight).toBe(1);
  });
});

describe("options", () => {
  it("leaves a quiz alone that is played as written", () => {
    const settings = create(QuizSettingsSchema, { speedWeightPermille: 450, leaderboardSize: 7 });
    expect(withOptions(settings, optionsOf(settings))).toBe(settings);
    expect(withOptions(settings, { ...optionsOf(settings), preset: "race" }).speedWeightPermille).toBe(1000);
    const calm = withOptions(settings, { ...optionsOf(settings), rankBy: RankBy.CORRECT_THEN_TIME });
    expect([calm.speedWeightPermille, calm.leaderboardSize, calm.rankBy]).toEqual([450, 7, RankBy.CORRECT_THEN_TIME]);
  });
  it.each([
    [undefined, "classic"],
    [0, "accuracy"],
    [400, "calm"],
    [500, "classic"],
    [1000, "race"],
  ] as const)("speed weight %s is %s", (weight, preset) => expect(presetOf(weight)).toBe(preset));
  it("reads teams as people type them", () => {
    expect(teamsOf(" Red,Blue\n\nRed ; Green ")).toEqual(["Red", "Blue", "Green"]);
    expect(teamsOf("")).toEqual([]);
    expect(optionsOf(undefined, { ...DEFAULTS, teams: ["A"] }).teams).toEqual(["A"]);
  });
});

describe("addresses", () => {
  it("are short and hold the bare code", () => {
    const location = { origin: "https://quiz.example" };
    expect(joinUrl("KQ7-M2P", location)).toBe("https://quiz.example/?code=KQ7M2P");
    expect(remoteUrl("kq7 m2p", location)).toBe("https://quiz.example/remote?code=KQ7M2P");
    expect(spelled("KQ7-M2P")).toBe("K Q 7 M 2 P");
  });
});

describe("texts", () => {
  it("are the same in every language", () => expect(keys(de)).toEqual(keys(en)));
});

function keys(texts: object, prefix = ""): string[] {
  return Object.entries(texts)
    .flatMap(([key, value]) => (typeof value === "object" ? keys(value, `${prefix}${key}.`) : [`${prefix}${key}`]))
    .sort();
}
