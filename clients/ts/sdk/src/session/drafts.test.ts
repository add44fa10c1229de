// Drafts: kept over reloads, for their owner only, and not without end.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DraftShelf, MAX_DRAFT, MAX_DRAFTS } from "./drafts.js";
import { Shelf } from "./storage.js";

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
});

afterEach(() => {
  vi.useRealTimers();
});

const open = (user = () => "ada") => new DraftShelf(new Shelf(localStorage), "https://quiz.example", user);

test("a draft is there after a reload, by room and thread, until it is emptied", () => {
  const drafts = open();
  drafts.set("r1", "hello");
  drafts.set("r1", "in the thread", 7n);
  vi.runAllTimers();
  const again = open();
  expect([again.get("r1"), again.get("r1", 7n), again.get("r2")]).toEqual(["hello", "in the thread", ""]);
  again.set("r1", "");
  again.set("r1", "", 7n);
  again.flush();
  expect([open().get("r1"), localStorage.length]).toEqual(["", 0]);
});

test("what is typed is written a moment later, or when the page goes", () => {
  const drafts = open();
  drafts.set("r1", "h");
  expect(open().get("r1")).toBe("");
  drafts.set("r1", "he");
  drafts.flush();
  expect(open().get("r1")).toBe("he");
});

test("nobody sees the drafts of another user, and what was typed before anybody was known stays", () => {
  let user = "";
  const drafts = open(() => user);
  drafts.set("r1", "early");
  user = "ada";
  expect(drafts.get("r1")).toBe("early");
  drafts.set("r2", "Ada's");
  user = "ben";
  expect([drafts.get("r1"), drafts.get("r2")]).toEqual(["", ""]);
  user = "ada";
  expect(drafts.get("r2")).toBe("Ada's");
});

test("two tabs keep each other's drafts", () => {
  const [one, other] = [open(), open()];
  expect([one.get("r1"), other.get("r1")]).toEqual(["", ""]);
  one.set("r1", "one");
  other.set("r2", "other");
  one.flush();
  other.flush();
  expect([open().get("r1"), open().get("r2")]).toEqual(["one", "other"]);
});

test("drafts are bounded, in number and in length, and what cannot be read is not there", () => {
  const drafts = open();
  for (let n = 0; n <= MAX_DRAFTS; n++) drafts.set(`r${n}`, "x".repeat(MAX_DRAFT + 1));
  drafts.flush();
  const again = open();
  expect([again.get("r0"), again.get("r1").length]).toEqual(["", MAX_DRAFT]);
  for (const broken of ["{", '{"texts":3}', '{"texts":[1,["a"],["b",2]]}']) {
    const [key] = Object.keys(localStorage);
    localStorage.setItem(key ?? "", broken);
    expect(open().get("r1")).toBe("");
  }
});
