// Texts, names, links and files that want to be more than they are: shown as they are written, leading nowhere they should not.
//
// @vitest-environment jsdom (DOMPurify does not know the other one)
import { cleanup, screen } from "@testing-library/react";
import { chat, chatMessage, member, message, roomState } from "@trivium/client/testing";
import { afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { preloadRichText } from "../../../components/RichText";
import { giveSizes } from "../../../testing/sizes";
import { destination, webAddress } from "../model/links";
import { drawTalk, talkSession } from "../testing/draw";

beforeAll(async () => {
  // jsdom lays nothing out, and has neither of these.
  vi.stubGlobal(
    "ResizeObserver",
    class {
      observe() {}
      unobserve() {}
      disconnect() {}
    },
  );
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener() {}, removeEventListener() {} }));
  await preloadRichText();
});
beforeEach(() => giveSizes());
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

const HOSTILE = [
  "<script>window.hacked = 1</script>",
  "<img src=x onerror='window.hacked=1'>",
  "<svg onload=window.hacked=1>",
  "javascript:window.hacked=1",
  "\u202Eabc\u202C",
  "a\u0300\u0301\u0302\u0303".repeat(40),
  "W".repeat(3000),
  "&lt;b&gt;",
];

it.each(HOSTILE)("%s is a text", (text) => {
  drawTalk(talkSession({ chat: chat([chatMessage(message(31, "ada", text, { authorNickname: text.slice(0, 40) }))]) }));
  const row = document.querySelector("article");
  expect(row?.textContent).toContain(text);
  expect(row?.querySelectorAll("script, img[src=x], svg[onload], iframe")).toHaveLength(0);
  expect("hacked" in window).toBe(false);
});

it.each([
  "[x](javascript:alert(1))",
  "[x](data:text/html,1)",
  "[x](//evil.example)",
  "[x](/operator)",
  "[x](mailto:a@b.c)",
  "![x](javascript:alert(1))",
])("%s is no link", (text) => {
  drawTalk(talkSession({ chat: chat([chatMessage(message(31, "ada", text))]) }));
  expect(document.querySelector("article a")).toBeNull();
});

it("links lead away without telling from where, and say whose page it is", () => {
  const link = { url: "https://bank.example.evil.example/login", title: "https://bank.example" };
  const said = chat([
    chatMessage(message(31, "ada", "see https://example.org/a?b=c")),
    chatMessage(message(32, "ada", "", { link })),
    chatMessage(message(33, "ada", "", { link: { url: "javascript:alert(1)", title: "Press me" } })),
  ]);
  drawTalk(talkSession({ chat: said }));
  const links = [...document.querySelectorAll("article a")];
  expect(links.map((each) => each.getAttribute("href"))).toEqual(["https://example.org/a?b=c", link.url]);
  for (const each of links) {
    expect(each.getAttribute("rel")).toBe("noopener noreferrer nofollow");
    expect(each.getAttribute("target")).toBe("_blank");
  }
  expect(links[1]?.textContent).toContain("bank.example.evil.example");
});

it("a name that is markup marks nothing but itself", () => {
  const name = "<b onclick=alert(1)>Eve</b>";
  const state = roomState({ as: "grace" });
  const members = new Map(state.members).set("eve", member("eve", { nickname: name }));
  const said = chat([chatMessage(message(31, "ada", `@${name} and @Grace`, { mentionUserIds: ["eve", "grace"] }))]);
  drawTalk(talkSession({ as: "grace", members, chat: said }));
  const marks = [...document.querySelectorAll("article mark")];
  expect(marks.map((each) => each.textContent)).toContain("@Grace");
  expect(document.querySelector("article b[onclick]")).toBeNull();
  expect(screen.getByText("@Grace").getAttribute("data-own")).toBe("true");
});

it.each([
  ["/host/room-1", { path: "/host/room-1" }],
  ["//evil.example", undefined],
  ["/\\evil.example", undefined],
  ["javascript:alert(1)", undefined],
  ["https://example.org/a", { url: "https://example.org/a" }],
  ["", undefined],
])("a notification by %j leads to %j", (link, to) => {
  expect(destination(link)).toEqual(to);
});

it.each(["ftp://a.b", "https//a.b", "http://", "data:,x"])("%s is no page of the web", (text) => {
  expect(webAddress(text)).toBeUndefined();
});
