// The list and its files: import on trial and in earnest, export, deletion and its way back.

import { create } from "@bufbuild/protobuf";
import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { FileIssueSeverity, QuizFileFormat, QuizFileService, QuizSchema, QuizService } from "@trivium/client/proto";
import { describe, expect, it, vi } from "vitest";
import { Catalogue } from "../list/Catalogue";
import { newestOf } from "../testing/catalogue";
import { refusal } from "../testing/refusals";
import { renderStudio } from "../testing/render";
import { download } from "./download";

vi.mock("./download", () => ({ download: vi.fn() }));

const quiz = (id: string, title: string) =>
  create(QuizSchema, {
    id,
    revision: 1,
    title,
    questions: [
      { text: "A day on Venus is longer than its year.", kind: { case: "trueFalse", value: { correct: true } } },
    ],
  });

const press = (name: string | RegExp) => fireEvent.click(screen.getByRole("button", { name }));

async function open(...titles: string[]) {
  const page = renderStudio(
    <Catalogue />,
    titles.map((title, at) => quiz(`q${at}`, title)),
  );
  await screen.findByRole("heading", { name: titles[0] ?? /blank page/ });
  return page;
}

async function menu(title: string, entry: string) {
  press(`What to do with ${title}`);
  fireEvent.click(await screen.findByRole("menuitem", { name: entry }));
}

/** Gives a file to the dialog's hidden field. */
function choose(name: string, content: string) {
  const field = document.querySelector<HTMLInputElement>("input[type=file]");
  if (field === null) throw new Error("no field for files");
  fireEvent.change(field, { target: { files: [new File([content], name)] } });
}

describe("import", () => {
  it("tells row by row what would come of it, and then does it", async () => {
    const { session } = await open();
    session.handle(QuizFileService.method.importQuiz, (request) => ({
      quiz: { ...quiz(request.dryRun ? "" : "new", "From a file") },
      format: QuizFileFormat.GIFT,
      questionCount: 1,
      rejectedCount: 2,
      omittedIssueCount: 3,
      issues: [
        { line: 12, column: "correct", severity: FileIssueSeverity.ERROR, message: "no option is right" },
        { line: 0, severity: FileIssueSeverity.WARNING, message: "no title", fixedValue: "trees" },
      ],
    }));
    fireEvent.click(screen.getAllByRole("button", { name: "Import" })[0] as HTMLElement);
    const dialog = within(await screen.findByRole("dialog"));
    choose("trees.gift", "What?{=a ~b}");
    await dialog.findByText("1 question comes through");
    const rows = dialog.getAllByRole("row").map((row) => row.textContent);
    expect(rows[1]).toBe("12correct× Not takenno option is right");
    expect(rows[2]).toBe("File! Changedno titletrees");
    expect(dialog.getByText("2 questions are left out")).toBeTruthy();
    expect(dialog.getByText("3 more are not shown.")).toBeTruthy();
    expect(dialog.getByRole("option", { name: "Found out: Moodle GIFT" })).toBeTruthy();
    fireEvent.click(dialog.getByRole("button", { name: "Import 1 question" }));
    await waitFor(() => expect(location.pathname).toBe("/studio/new"));
    const runs = session.commands.filter(({ method }) => method.endsWith("ImportQuiz"));
    expect(runs.map(({ request }) => (request as { dryRun: boolean }).dryRun)).toEqual([true, false]);
  });

  it("offers nothing where nothing came through, and reads as another format when told", async () => {
    const { session } = await open();
    session.handle(QuizFileService.method.importQuiz, ({ format }) =>
      format === QuizFileFormat.AIKEN
        ? { quiz: quiz("", "A"), questionCount: 1, format }
        : { questionCount: 0, rejectedCount: 1, format: QuizFileFormat.CSV },
    );
    fireEvent.click(screen.getAllByRole("button", { name: "Import" })[0] as HTMLElement);
    const dialog = within(await screen.findByRole("dialog"));
    choose("x.txt", "?");
    await dialog.findByText("No question could be read");
    expect(dialog.getByRole<HTMLButtonElement>("button", { name: "Import" }).disabled).toBe(true);
    fireEvent.change(dialog.getByLabelText("Read as"), { target: { value: String(QuizFileFormat.AIKEN) } });
    await dialog.findByText("1 question comes through");
  });

  it("refuses an empty file without asking", async () => {
    const { session } = await open();
    fireEvent.click(screen.getAllByRole("button", { name: "Import" })[0] as HTMLElement);
    await screen.findByRole("dialog");
    choose("x.txt", "");
    await screen.findByText("This file is empty.");
    expect(session.commands.some(({ method }) => method.endsWith("ImportQuiz"))).toBe(false);
  });
});

describe("export", () => {
  it("downloads, and tells what the format cannot hold", async () => {
    const { session } = await open("Mine");
    session.handle(QuizFileService.method.exportQuiz, ({ format }) => ({
      file: new Uint8Array([1, 2, 3]),
      fileName: `mine.${QuizFileFormat[format].toLowerCase()}`,
      contentType: "text/plain",
      issues: [{ line: 1, severity: FileIssueSeverity.WARNING, message: "left out" }],
    }));
    await menu("Mine", "Export");
    fireEvent.click(await screen.findByRole("radio", { name: "Aiken (text)" }));
    press("Download");
    await screen.findByText("left out");
    expect(download).toHaveBeenCalledWith(new Uint8Array([1, 2, 3]), "mine.aiken", "text/plain");
  });

  it("says in words what is refused", async () => {
    const { session } = await open("Mine");
    session.handle(QuizFileService.method.exportQuiz, () => {
      throw refusal("NOTHING_TO_WRITE");
    });
    await menu("Mine", "Export");
    fireEvent.click(await screen.findByRole("button", { name: "Download" }));
    await screen.findByText("This format can hold no question of this quiz.");
  });
});

describe("the list", () => {
  it("duplicates", async () => {
    const { catalogue } = await open("Mine");
    await menu("Mine", "Duplicate");
    await screen.findByRole("heading", { name: "Mine (copy)" });
    expect(newestOf(catalogue, "quiz-2").questions).toEqual(newestOf(catalogue, "q0").questions);
  });

  it("deletes after a second question only", async () => {
    const { session } = await open("Mine", "Other");
    session.handle(QuizService.method.deleteQuiz, () => ({}));
    await menu("Mine", "Delete");
    const dialog = within(await screen.findByRole("dialog"));
    expect(session.commands.some(({ method }) => method.endsWith("DeleteQuiz"))).toBe(false);
    fireEvent.click(dialog.getByRole("button", { name: "Delete" }));
    await waitFor(() => expect(screen.queryByRole("heading", { name: "Mine" })).toBeNull());
    expect(screen.getByRole("heading", { name: "Other" })).toBeTruthy();
  });
});
