// Values in a browser that keeps nothing.
import { afterEach, expect, test, vi } from "vitest";
import { findIdentity, keepToken, takeFragmentToken } from "./identity";
import { load, save } from "./storage";

const forbidden = () => {
  throw new DOMException("denied", "SecurityError");
};
const TOKEN = `e30.${btoa(JSON.stringify({ sub: "u", name: "Ada" }))}.x`;

afterEach(() => {
  vi.restoreAllMocks();
  save("trivium.token", null);
  localStorage.clear();
});

test("a value holds until the page goes where storing is forbidden, and is forgotten on request", () => {
  const set = vi.spyOn(Storage.prototype, "setItem").mockImplementation(forbidden);
  save("k", "first");
  expect(load("k")).toBe("first");
  set.mockRestore();
  save("k", "second");
  expect([load("k"), localStorage.getItem("k")]).toEqual(["second", "second"]);
  save("k", null);
  expect(load("k")).toBeNull();
});

test.each([
  ["pasted", () => keepToken(` ${TOKEN} `)],
  [
    "in the address",
    () => {
      history.replaceState(null, "", `/host#operator=${TOKEN}`);
      takeFragmentToken();
    },
  ],
])("a token %s lets somebody host without storage", async (_, give) => {
  vi.spyOn(Storage.prototype, "setItem").mockImplementation(forbidden);
  vi.spyOn(Storage.prototype, "getItem").mockImplementation(forbidden);
  give();
  expect(location.hash).toBe("");
  expect(await findIdentity()).toMatchObject({ kind: "token", name: "Ada" });
});
