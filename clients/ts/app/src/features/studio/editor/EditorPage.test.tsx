// The editor over a catalogue in memory: edit, order, save, refusals, conflict, and what comes back after a reload.
import { create } from "@bufbuild/protobuf";
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { type Quiz, QuizSchema, QuizService } from "@trivium/client/proto";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { draftOf } from "../model/draft";
import { keep } from "../model/kept";
import { newestOf } from "../testing/catalogue";
import { violations } from "../testing/refusals";
import { renderStudio } from "../testing/render";
import EditorPage from "./EditorPage";

const choice = (text: string) => ({
  text,
  kind: {
    case: "singleChoice" as const,
    value: { options: [{ text: "yes", correct: true }, { text: "no" }] },
  },
});

const stored = (): Quiz =>
  create(QuizSchema, {
    id: "q",
    revision: 1,
    title: "Three",
    language: "en",
    settings: { timeLimitMs: 20_000, readMs: 3000, leaderboardSize: 5, speedWeightPermille: 500 },
    questions: [choice("First?"), choice("Second?"), choice("Third?")],
  });

const field = (name: string) => screen.getByRole<HTMLInputElement>("textbox", { name });
const type = (name: string, value: string) => fireEvent.change(field(name), { target: { value } });
const press = (name: string | RegExp) => fireEvent.click(screen.getByRole("button", { name }));
const state = () => screen.getByText(/All saved|Not saved yet|Saving…/).textContent;
const listed = () => [...document.querySelectorAll("nav ol li")].map((row) => row.textContent);
const order = () => listed().map((row) => /First|Second|Third/.exec(row ?? "")?.[0]);

async function edit(name: string, quizzes: readonly Quiz[] = []) {
  const onCreated = vi.fn();
  const page = renderStudio(<EditorPage name={name} onCreated={onCreated} />, quizzes);
  await screen.findByRole("button", { name: "Save" });
  return { ...page, onCreated };
}

async function add(kind: string) {
  press("Add a question");
  const kinds = within(await screen.findByRole("dialog")).getAllByRole("button");
  const item = kinds.find((each) => each.textContent?.startsWith(kind));
  if (item === undefined) throw new Error(`no kind ${kind}`);
  fireEvent.click(item);
}

beforeEach(() => localStorage.clear());

describe("a new quiz", () => {
  it("is refused while something is missing, and the focus goes there", async () => {
    const { session } = await edit("new");
    expect(screen.queryByText("This must not stay empty.")).toBeNull();
    press("Save");
    await screen.findByText("This must not stay empty.");
    await waitFor(() => expect(document.activeElement).toBe(field("Title")));
    expect(session.commands).toEqual([]);
  });

  it("is saved, and gets its address", async () => {
    const { catalogue, onCreated } = await edit("new");
    type("Title", "Mine");
    press(/No text yet/);
    type("Question", "Why?");
    for (const letter of "ABCD") type(`Option ${letter}`, `Because ${letter}`);
    fireEvent.click(screen.getByRole("checkbox", { name: "Option C is right" }));
    press("Save");
    await waitFor(() => expect(state()).toBe("All saved"));
    expect(onCreated).toHaveBeenCalledWith("quiz-1");
    const options = newestOf(catalogue, "quiz-1").questions[0]?.kind;
    expect(options?.case === "singleChoice" && options.value.options.map(({ correct }) => correct)).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect(localStorage.getItem("trivium.studio.draft.new")).toBeNull();
  });
});

describe("every kind", () => {
  it.each<[string, () => void, object]>([
    [
      "Multiple choice",
      () => {
        for (const letter of "ABCD") type(`Option ${letter}`, letter);
        fireEvent.click(screen.getByRole("checkbox", { name: "Option B is right" }));
        fireEvent.click(screen.getByRole("radio", { name: "All or nothing" }));
      },
      { case: "multipleChoice", value: { allOrNothing: true } },
    ],
    [
      "True or false",
      () => fireEvent.click(screen.getByRole("radio", { name: "False" })),
      { case: "trueFalse", value: { correct: false } },
    ],
    [
      "Typed answer",
      () => {
        type("Accepted answer 1", "mercury");
        press("Accept another one");
        type("Accepted answer 2", "quicksilver");
      },
      { case: "textEntry", value: { accepted: ["mercury", "quicksilver"], maxEdits: 1 } },
    ],
    [
      "Number",
      () => {
        type("Target", "-3.5");
        type("Off by at most", "2");
        type("Unit", "m");
      },
      { case: "numberEntry", value: { target: -3.5, tolerance: 2, unit: "m" } },
    ],
    [
      "Slider",
      () => {
        type("Right from", "7");
        type("Right up to", "9");
      },
      { case: "rangeEntry", value: { min: 0, max: 100, step: 1, correctMin: 7, correctMax: 9 } },
    ],
    [
      "Put in order",
      () => {
        for (const n of [1, 2, 3]) type(`Item ${n}`, `i${n}`);
        press("Move down: Item 1");
        press("Remove: Item 3");
      },
      { case: "ordering", value: { items: ["i2", "i1"], partialCredit: true } },
    ],
    [
      "Match pairs",
      () => {
        for (const n of [1, 2, 3]) {
          type(`Pair ${n}, left`, `l${n}`);
          type(`Pair ${n}, right`, "same");
        }
      },
      { case: "matching", value: { pairs: [1, 2, 3].map((n) => ({ left: `l${n}`, right: "same" })) } },
    ],
    [
      "Poll, several picks",
      () => {
        for (const n of [1, 2, 3]) type(`Option ${n}`, `o${n}`);
      },
      { case: "poll", value: { options: ["o1", "o2", "o3"], multiple: true } },
    ],
    ["Rating", () => type("What 1 means", "Meh"), { case: "rating", value: { steps: 5, lowLabel: "Meh" } }],
    [
      "Word cloud",
      () => fireEvent.change(screen.getByLabelText("Words per player"), { target: { value: "5" } }),
      { case: "wordCloud", value: { maxWords: 5 } },
    ],
  ])("%s", async (kind, fill, expected) => {
    const { catalogue } = await edit("q", [stored()]);
    await add(kind);
    await screen.findByRole("heading", { name: "Question 2" });
    type("Question", "Well?");
    fill();
    press("Save");
    await waitFor(() => expect(state()).toBe("All saved"));
    expect(newestOf(catalogue, "q").questions[1]).toMatchObject({ text: "Well?", kind: expected });
  });
});

describe("order", () => {
  it("changes by buttons, and comes back by Ctrl+Z", async () => {
    const { catalogue } = await edit("q", [stored()]);
    press("Move down");
    expect(order()).toEqual(["Second", "First", "Third"]);
    fireEvent.keyDown(document.body, { key: "z", ctrlKey: true });
    expect(order()).toEqual(["First", "Second", "Third"]);
    fireEvent.keyDown(document.body, { key: "z", ctrlKey: true, shiftKey: true });
    fireEvent.keyDown(document.body, { key: "s", ctrlKey: true });
    await waitFor(() => expect(newestOf(catalogue, "q").revision).toBe(2));
    expect(newestOf(catalogue, "q").questions.map(({ text }) => text)).toEqual(["Second?", "First?", "Third?"]);
  });

  it("duplicates and deletes, and the neighbour is shown", async () => {
    await edit("q", [stored()]);
    press("Duplicate");
    expect(order()).toEqual(["First", "First", "Second", "Third"]);
    press("Delete");
    expect(order()).toEqual(["First", "Second", "Third"]);
    expect(field("Question").value).toBe("Second?");
  });
});

describe("refusals of the server", () => {
  it("stand at their field until it changes", async () => {
    const { session } = await edit("q", [stored()]);
    session.handle(QuizService.method.updateQuiz, () => {
      throw violations(["quiz.questions[2].single_choice.options[1].text", "not this word"]);
    });
    type("Question", "Changed?");
    press("Save");
    await screen.findByText("The server says: not this word");
    expect(screen.getByRole("heading", { name: "Question 3" })).toBeTruthy();
    await waitFor(() => expect(document.activeElement).toBe(field("Option B")));
    type("Option B", "another");
    expect(screen.queryByText("The server says: not this word")).toBeNull();
  });

  it("for other reasons keep the draft", async () => {
    const { session } = await edit("q", [stored()]);
    session.handle(QuizService.method.updateQuiz, () => {
      throw new Error("boom");
    });
    type("Question", "Changed?");
    press("Save");
    await waitFor(() => expect(state()).toMatch(/Not saved yet/));
    expect(field("Question").value).toBe("Changed?");
  });
});

describe("a conflict", () => {
  async function conflict() {
    const page = await edit("q", [stored()]);
    type("Question", "Mine?");
    page.catalogue.set("q", { ...stored(), title: "Theirs", revision: 7 });
    press("Save");
    await screen.findByText("There is a newer version");
    return page;
  }

  it("can be won", async () => {
    const { catalogue } = await conflict();
    press("Save mine on top");
    await waitFor(() => expect(newestOf(catalogue, "q").revision).toBe(8));
    expect(newestOf(catalogue, "q").questions[0]?.text).toBe("Mine?");
  });

  it("can be given way to, and taken back", async () => {
    await conflict();
    press("Take the newer version");
    await waitFor(() => expect(state()).toBe("All saved"));
    expect(screen.getAllByText("Theirs").length).toBeGreaterThan(0);
    fireEvent.keyDown(document.body, { key: "z", ctrlKey: true });
    expect(listed()[0]).toContain("Mine?");
  });

  it("can become two quizzes", async () => {
    const { catalogue } = await conflict();
    press("Save mine as a copy");
    await waitFor(() => expect(catalogue.size).toBe(2));
    expect(newestOf(catalogue, "quiz-2")).toMatchObject({
      title: "Three (my version)",
      questions: [{ text: "Mine?" }, {}, {}],
    });
    expect(newestOf(catalogue, "q").title).toBe("Theirs");
  });
});

describe("unsaved changes", () => {
  it("come back, and can be dropped", async () => {
    keep("q", { ...draftOf(stored()), title: "Half done" }, 1);
    await edit("q", [stored()]);
    expect(screen.getByText(/Your unsaved changes/)).toBeTruthy();
    expect(screen.getByText("Half done")).toBeTruthy();
    press("Drop them");
    expect(state()).toBe("All saved");
    expect(screen.getByText("Three")).toBeTruthy();
  });

  it("are written while somebody types", async () => {
    await edit("q", [stored()]);
    type("Question", "Half a question");
    act(() => {
      dispatchEvent(new Event("pagehide"));
    });
    expect(localStorage.getItem("trivium.studio.draft.q")).toContain("Half a question");
  });
});

describe("the preview", () => {
  it("shows the question with the player's own parts", async () => {
    await edit("q", [stored()]);
    press("As players see it");
    const preview = within(await screen.findByRole("dialog"));
    expect(preview.getByText("First?")).toBeTruthy();
    fireEvent.click(preview.getByRole("button", { name: /yes/ }));
    expect(preview.getByText(/This is what would be sent/)).toBeTruthy();
  });
});
