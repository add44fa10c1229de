// Failures as sentences in the language of the page.
import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test } from "vitest";
import "../index";
import { sentence } from "./failure";

test.each([
  [
    "the way to the server",
    new ConnectError("Failed to fetch", Code.Unavailable),
    "The server cannot be reached. Try again.",
  ],
  ["anything else", new ConnectError("odd", Code.Internal), "That did not work: odd"],
])("%s", (_, error, said) => {
  expect(sentence(error)).toBe(said);
});
