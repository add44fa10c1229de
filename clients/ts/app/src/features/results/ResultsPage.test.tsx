// The page over results without a server: every tab, own rows, many players, files, paper, and a refusal.
import { Code, ConnectError } from "@connectrpc/connect";
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { type GetResultsResponse, QuizFileService, QuizPhase, QuizService } from "@trivium/client/proto";
import { type FakeSession, fakeSession } from "@trivium/client/testing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { registerNamespace } from "../../i18n";
import { draw } from "../../testing/render";
import { giveSizes } from "../../testing/sizes";
import de from "./de.json";
import en from "./en.json";
import { ResultsPage } from "./ResultsPage";
import { game } from "./testing/game";

registerNamespace("results", { en, de });
beforeEach(() => history.replaceState(null, "", "/results/room-1"));
afterEach(() => vi.restoreAllMocks());

async function page(data: GetResultsResponse, userId = "host"): Promise<FakeSession> {
  const session = fakeSession({ userId });
  session.handle(QuizService.method.getResults, () => data);
  draw(<ResultsPage roomId="room-1" back="/host/room-1" />, session);
  await screen.findByRole("heading", { level: 1, name: "Twelve kinds of questions" });
  return session;
}
const tab = (name: string) => fireEvent.click(screen.getByRole("tab", { name }));

describe("a host", () => {
  it("sees the ranking with the number correct", async () => {
    await page(game());
    const row = screen.getByRole("row", { name: /Ada/ });
    expect(within(row).getByText("6,000")).toBeTruthy();
    expect(within(row).getByText("8 of 8")).toBeTruthy();
  });

  it("sees each question, the hardest first if asked, and who answered what", async () => {
    await page(game());
    tab("Questions");
    expect(screen.getAllByText(/28 screens opened within 41 ms/)).toHaveLength(12);
    const stems = () => screen.getAllByRole("heading", { level: 2 }).map((each) => each.textContent);
    expect(stems()[0]).toBe("Which planet has the shortest day?");
    fireEvent.click(screen.getByRole("switch", { name: "Hardest first" }));
    expect(stems()[0]).toBe("How high is Mount Everest?");
    fireEvent.click(screen.getAllByRole("button", { name: /Who answered what/ })[0] as HTMLElement);
    expect(screen.getByRole("row", { name: /Grace 9,500/ })).toBeTruthy();
  });

  it("goes from a cell of the matrix to why it earned what it did", async () => {
    await page(game());
    tab("Players");
    fireEvent.click(screen.getByRole("button", { name: "Why this score: Ada, question 1" }));
    expect(screen.getByText(/All 60 results computed anew/)).toBeTruthy();
    expect(screen.getByText("✓ 750 points: computed here, and the same as the server's.")).toBeTruthy();
    expect(screen.getByText(/Received − opened = 5,290 ms; less 40 ms/)).toBeTruthy();
    expect(location.search).toContain("player=ada&question=1");
  });

  it("is told when a point does not add up", async () => {
    const data = game();
    const first = data.questions[0]?.results[0];
    if (first !== undefined) first.points = 800;
    history.replaceState(null, "", "/results/room-1?tab=why&player=ada&question=1");
    await page(data);
    expect(screen.getByText("✗ Computed here: 750. The server says: 800.")).toBeTruthy();
    expect(screen.getByText(/Only 59 of 60/)).toBeTruthy();
  });

  it("downloads what the server wrote", async () => {
    const session = await page(game());
    const made = vi.spyOn(URL, "createObjectURL").mockReturnValue("blob:results");
    const clicked = vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => {});
    session.handle(QuizFileService.method.exportResults, () => ({
      file: new Uint8Array([1, 2]),
      fileName: "results.csv",
      contentType: "text/csv",
    }));
    fireEvent.click(screen.getByRole("button", { name: "Download as CSV" }));
    await waitFor(() => expect(clicked).toHaveBeenCalledOnce());
    expect(made.mock.calls[0]?.[0]).toMatchObject({ size: 2, type: "text/csv" });
  });

  it("prints everything on white, and only while printing", async () => {
    await page(game(Array.from({ length: 300 }, (_, n) => `player-${n}`)));
    act(() => void dispatchEvent(new Event("beforeprint")));
    expect(screen.queryByRole("tab")).toBeNull();
    expect(screen.getAllByRole("row", { name: /Player-/ })).toHaveLength(300);
    act(() => void dispatchEvent(new Event("afterprint")));
    expect(screen.getAllByRole("tab")).toHaveLength(4);
  });
});

it("draws only the rows near the window of 2,000 players", async () => {
  giveSizes();
  await page(game(Array.from({ length: 2000 }, (_, n) => `player-${n}`)));
  const table = screen.getByRole("table");
  expect(table.getAttribute("aria-rowcount")).toBe("2001");
  const drawn = within(table).getAllByRole("row", { name: /Player-/ }).length;
  expect(drawn).toBeGreaterThan(10);
  expect(drawn).toBeLessThan(60);
});

it("shows a player the own row only", async () => {
  const data = game();
  for (const question of data.questions) question.results = question.results.slice(0, 1);
  await page(data, "ada");
  expect(screen.getByText(/Your own row is marked/)).toBeTruthy();
  tab("Questions");
  expect(screen.queryByText(/Who answered what/)).toBeNull();
  expect(screen.getAllByText(/Your answer: /)).toHaveLength(12);
  tab("Players");
  expect(screen.getAllByRole("row")).toHaveLength(2);
});

it("shows somebody who came too late no more than that", async () => {
  const data = game();
  for (const question of data.questions) question.results = [];
  await page(data, "donald");
  tab("Players");
  expect(screen.getAllByRole("row")).toHaveLength(2);
  tab("Why this score");
  expect(screen.getByText(/no result of this player/)).toBeTruthy();
});

it("says so while the game runs, and reads again", async () => {
  const data = game();
  data.phase = QuizPhase.LEADERBOARD;
  const session = await page(data);
  expect(screen.getByText(/still running/)).toBeTruthy();
  data.title = "Read anew";
  session.handle(QuizService.method.getResults, () => ({ ...data, phase: QuizPhase.ENDED }));
  fireEvent.click(screen.getByRole("button", { name: "Read again" }));
  await screen.findByRole("heading", { level: 1, name: "Read anew" });
  expect(screen.queryByText(/still running/)).toBeNull();
});

it("says what the server refused", async () => {
  const session = fakeSession();
  session.handle(QuizService.method.getResults, () => {
    throw new ConnectError("no quiz in this room", Code.FailedPrecondition);
  });
  draw(<ResultsPage roomId="room-1" back="/" />, session);
  await screen.findByText("no quiz in this room");
});
