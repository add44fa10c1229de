// Drafts: kinds, checks, refusals, history, and what is kept over a reload.
import { create } from "@bufbuild/protobuf";
import { QuestionKind, QuizSchema } from "@trivium/client/proto";
import { beforeEach, describe, expect, it } from "vitest";
import { refusal, violations } from "../testing/refusals";
import { checkQuestion, checkQuiz } from "./check";
import { draftOf, insertAfter, itemOf, moved, moveItem, newDraft, quizOf, removeItem } from "./draft";
import { createEditor, isUnsaved, MAX_STEPS } from "./history";
import { forget, hasDraft, keep, keepWhileUnsaved, keptDraft } from "./kept";
import { KINDS, kindOf, newQuestion, withKind } from "./kinds";
import { formOf, promptOf } from "./prompt";
import { place, refusalOf } from "./violations";

const fresh = () => newDraft("en", QuestionKind.SINGLE_CHOICE);

describe("kinds", () => {
  it.each(KINDS)("a new question of kind %s", (kind) => {
    const question = newQuestion(kind);
    expect(kindOf(question)).toBe(kind);
    // Nothing but empty fields stands between it and the catalogue.
    expect(checkQuestion(question).filter(({ level }) => level !== "blank")).toEqual(
      kind === QuestionKind.MULTIPLE_CHOICE ? [expect.objectContaining({ key: "noneRight" })] : [],
    );
    expect(promptOf(question, fresh().settings, 0, 1).kind).toBe(kind);
    expect(formOf(question).$typeName).toBe("trivium.v1.AnswerForm");
  });

  it("keep the texts of options when the kind changes, and lose none on the way back", () => {
    const poll = withKind(newQuestion(QuestionKind.POLL), QuestionKind.POLL);
    const written = {
      ...poll,
      kind: { case: "poll", value: { ...(poll.kind.value as object), options: ["a", "b", "c", "d", "e"] } },
    };
    const single = withKind(written as typeof poll, QuestionKind.SINGLE_CHOICE);
    expect(formOf(single).options).toEqual(["a", "b", "c", "d", "e"]);
    expect(formOf(withKind(single, QuestionKind.MULTIPLE_POLL)).options).toEqual(["a", "b", "c", "d", "e"]);
  });
});

describe("checks", () => {
  const wrong = (question: Parameters<typeof checkQuestion>[0]) =>
    checkQuestion(question).map(({ path, key, level }) => `${path} ${key} ${level}`);
  const single = newQuestion(QuestionKind.SINGLE_CHOICE);
  const withOptions = (...texts: string[]) => ({
    ...single,
    text: "?",
    kind: {
      case: "singleChoice" as const,
      value: {
        $typeName: "trivium.v1.SingleChoice" as const,
        shuffle: false,
        options: texts.map((text, at) => ({ $typeName: "trivium.v1.Option" as const, text, correct: at === 0 })),
      },
    },
  });
  const range = (min: number, max: number, step: number, correctMin: number, correctMax: number) => ({
    ...newQuestion(QuestionKind.RANGE_ENTRY),
    text: "?",
    kind: {
      case: "rangeEntry" as const,
      value: { $typeName: "trivium.v1.RangeEntry" as const, min, max, step, correctMin, correctMax, unit: "" },
    },
  });

  it.each([
    ["what is right", withOptions("a", "b"), []],
    ["two of the same", withOptions("a", " a "), ["single_choice.options[1].text twice error"]],
    ["too few", withOptions("a"), ["single_choice.options tooFew error"]],
    ["too long", withOptions("a", "b".repeat(301)), ["single_choice.options[1].text tooLong error"]],
    ["blank", withOptions("a", " "), ["single_choice.options[1].text blank blank"]],
    ["a picture without words", { ...withOptions("a", "b"), mediaUrl: "/media/x" }, ["media_alt noAlt warning"]],
    ["no text", { ...withOptions("a", "b"), text: " " }, ["text blank blank"]],
    ["a good range", range(0, 10, 1, 2, 3), []],
    ["ends the wrong way round", range(10, 0, 1, 2, 3), ["range_entry.max order error"]],
    ["a step too wide", range(0, 10, 11, 2, 3), ["range_entry.step step error"]],
    ["right outside", range(0, 10, 1, -1, 3), ["range_entry.correct_min rightOutside error"]],
    ["right the wrong way round", range(0, 10, 1, 4, 3), ["range_entry.correct_max order error"]],
    ["no number", range(0, 10, 1, Number.NaN, 3), ["range_entry.correct_min blank blank"]],
  ])("%s", (_, question, expected) => expect(wrong(question)).toEqual(expected));

  it("of the quiz itself", () => {
    expect(checkQuiz({ ...fresh(), items: [] }).map(({ path, key }) => [path, key])).toEqual([
      ["title", "blank"],
      ["questions", "tooFew"],
    ]);
  });
});

describe("refusals", () => {
  it.each([
    ["quiz.questions[2].text", { question: 2, path: "text" }],
    ["questions[0].single_choice.options[1].text", { question: 0, path: "single_choice.options[1].text" }],
    ["quiz.questions[3]", { question: 3, path: "" }],
    ["quiz.title", { question: undefined, path: "title" }],
    ["quiz", { question: undefined, path: "" }],
  ])("%s", (field, expected) => expect(place(field)).toEqual(expected));

  it("come from fields, and from sentences that number their question", () => {
    const fields = refusalOf(violations(["quiz.title", "too long"], ["quiz.questions[1].text", "too short"]));
    expect(fields?.quiz).toMatchObject([{ path: "title", values: { message: "too long" } }]);
    expect(fields?.questions.get(1)).toMatchObject([{ path: "text", values: { message: "too short" } }]);
    const said = refusalOf(refusal("QUIZ_INVALID", "the quiz cannot be played: question 2: no option is right"));
    expect(said?.questions.get(1)).toMatchObject([{ path: "", values: { message: "no option is right" } }]);
    expect(refusalOf(refusal("RATE_LIMITED"))).toBeUndefined();
  });
});

describe("order", () => {
  const draft = ["a", "b", "c"].reduce(
    (all, text) => insertAfter(all, undefined, { id: text, question: newQuestion(QuestionKind.TRUE_FALSE) }),
    { ...fresh(), items: [] } as ReturnType<typeof fresh>,
  );
  const ids = (of: typeof draft) => of.items.map(({ id }) => id).join("");

  it.each([
    [() => moveItem(draft, "a", 2), "bca"],
    [() => moveItem(draft, "c", 0), "cab"],
    [() => moveItem(draft, "c", 3), "abc"],
    [() => moveItem(draft, "b", -1), "abc"],
    [() => removeItem(draft, "b"), "ac"],
    [() => insertAfter(draft, "a", { id: "x", question: newQuestion(QuestionKind.POLL) }), "axbc"],
  ])("%s", (change, expected) => expect(ids(change())).toBe(expected));

  it("never exceeds the bound", () => {
    let full = draft;
    for (let n = 0; n < 300; n++) full = insertAfter(full, undefined, itemOf(newQuestion(QuestionKind.POLL)));
    expect(full.items).toHaveLength(200);
  });

  it("leaves a list alone that it cannot move", () => {
    const list = ["a"];
    expect(moved(list, 5, 0)).toBe(list);
  });
});

describe("history", () => {
  it("goes back and forth, and knows when all is saved", () => {
    const saved = fresh();
    const editor = createEditor({ draft: saved, saved, id: "q", revision: 3 });
    editor.edit((draft) => ({ ...draft, title: "one" }));
    editor.edit((draft) => ({ ...draft, title: "two" }));
    expect(isUnsaved(editor.getState())).toBe(true);
    editor.undo();
    expect(editor.getState().draft.title).toBe("one");
    editor.undo();
    expect(isUnsaved(editor.getState())).toBe(false);
    editor.redo();
    editor.edit((draft) => ({ ...draft, title: "three" }));
    editor.redo();
    expect(editor.getState().draft.title).toBe("three");
  });

  it("takes quick typing in one field as one step", () => {
    let now = 0;
    const editor = createEditor({ draft: fresh() }, () => now);
    const type = (title: string, at: number, tag = "title") => {
      now = at;
      editor.edit((draft) => ({ ...draft, title }), tag);
    };
    type("a", 0);
    type("ab", 100);
    type("abc", 1500);
    type("abcd", 1600, "other");
    expect(editor.getState().past).toHaveLength(3);
  });

  it("is bounded", () => {
    const editor = createEditor({ draft: fresh() });
    for (let n = 0; n < MAX_STEPS * 2; n++) editor.edit((draft) => ({ ...draft, title: String(n) }));
    expect(editor.getState().past).toHaveLength(MAX_STEPS);
  });

  it("shows a question that is still there after a step back", () => {
    const editor = createEditor({ draft: fresh() });
    const item = itemOf(newQuestion(QuestionKind.POLL));
    editor.edit((draft) => insertAfter(draft, undefined, item), undefined, item.id);
    expect(editor.getState().selected).toBe(item.id);
    editor.undo();
    expect(editor.getState().selected).toBe("quiz");
  });
});

describe("kept drafts", () => {
  beforeEach(() => localStorage.clear());

  it("come back as they were, with what is not filled in yet", () => {
    const draft = { ...fresh(), title: "Half", items: KINDS.map(([kind]) => itemOf(newQuestion(kind))) };
    keep("q", draft, 4, 1234);
    const kept = keptDraft("q");
    expect(kept).toMatchObject({ revision: 4, at: 1234 });
    expect(quizOf(kept?.draft ?? fresh())).toEqual(quizOf(draft));
    forget("q");
    expect(keptDraft("q")).toBeUndefined();
  });

  it("are at most twenty, and the oldest go", () => {
    for (let n = 0; n < 25; n++) keep(`q${n}`, fresh(), 1, n);
    expect([hasDraft("q4"), hasDraft("q5"), hasDraft("q24")]).toEqual([false, true, true]);
  });

  it("that make no sense are forgotten", () => {
    localStorage.setItem("trivium.studio.draft.q", "{nonsense");
    expect(keptDraft("q")).toBeUndefined();
    expect(hasDraft("q")).toBe(false);
  });

  it("are written when the page goes, and gone when all is saved", () => {
    const saved = draftOf(create(QuizSchema, { title: "T" }));
    const editor = createEditor({ draft: saved, saved, id: "q", revision: 1 });
    const stop = keepWhileUnsaved(editor);
    editor.edit((draft) => ({ ...draft, title: "Changed" }));
    dispatchEvent(new Event("pagehide"));
    expect(keptDraft("q")?.draft.title).toBe("Changed");
    editor.settle(editor.getState().draft, "q", 2);
    stop();
    expect(hasDraft("q")).toBe(false);
  });
});
