// The way in, also over plain HTTP in somebody's own network: such pages lack parts of `crypto`.
import { fireEvent, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import "../index";
import { draw } from "../../../testing/render";
import { JoinForm, type Person } from "./JoinForm";

afterEach(() => {
  vi.restoreAllMocks();
  localStorage.clear();
});

test("a page without TLS lets somebody in, with a face", () => {
  vi.spyOn(crypto, "randomUUID").mockImplementation(() => {
    throw new TypeError("crypto.randomUUID is not a function");
  });
  const joined: Person[] = [];
  draw(<JoinForm code="ABCD2345" refusal={undefined} onJoin={(person) => joined.push(person)} />);
  fireEvent.click(screen.getByRole("button", { name: "Other faces" }));
  fireEvent.change(screen.getByRole("textbox"), { target: { value: " Ana " } });
  fireEvent.click(screen.getByRole("button", { name: "I'm in!" }));
  expect(joined).toEqual([{ nickname: "Ana", avatar: expect.stringMatching(/^[0-9a-f]{8}$/) }]);
});
