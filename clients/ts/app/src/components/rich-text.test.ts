// Markdown and formulas come out, and nothing that could do harm.
//
// @vitest-environment jsdom (DOMPurify does not know the other one)
import { describe, expect, it } from "vitest";
import { isPlain } from "./RichText";
import { render } from "./rich-text";

describe("rich text", () => {
  it.each([
    ["**bold** and *thin*", "<strong>bold</strong> and <em>thin</em>"],
    ["`code`", "<code>code</code>"],
    [
      "[there](https://example.org)",
      '<a href="https://example.org" target="_blank" rel="noopener noreferrer nofollow">there</a>',
    ],
    ["it costs $5 and $6", "it costs $5 and $6"],
    ["<b>no</b>", "&lt;b&gt;no&lt;/b&gt;"],
  ])("%s", async (text, html) => {
    expect(await render(text, true)).toBe(html);
  });

  it("makes MathML without the source beside it", async () => {
    const html = await render("$\\frac{1}{2}$", true);
    expect(html).toContain("<mfrac>");
    expect(html).not.toContain("frac{1}");
    expect(html).not.toContain("style=");
  });

  it.each([
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![x](https://evil.example/x.png)",
    "[x](javascript:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "<a href='javascript:alert(1)' onclick=alert(1)>x</a>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "$\\href{javascript:alert(1)}{x}$",
    "$\\htmlStyle{background:url(https://evil.example)}{x}$",
    "<math><mtext><table><mglyph><style><!--</style><img title='--><img src onerror=alert(1)>'>",
  ])("disarms %s", async (text) => {
    const page = document.createElement("div");
    page.innerHTML = await render(text, false);
    expect(page.querySelectorAll("script, img, style, svg, iframe, object, form")).toHaveLength(0);
    for (const element of page.querySelectorAll("*")) {
      for (const { name, value } of element.attributes) {
        expect(name).not.toMatch(/^on|^style$/i);
        expect(value).not.toMatch(/^\s*(javascript|data):/i);
      }
    }
  });

  it.each([
    ["[x](//evil.example)", "[x](//evil.example)"],
    ["[x](ftp://evil.example)", "[x](ftp://evil.example)"],
    ["[x](mailto:ada@example.org)", "[x](mailto:ada@example.org)"],
  ])("makes no link of %s", async (text, html) => {
    expect(await render(text, true)).toBe(html);
  });

  const names = { names: ["Ada", "Ada Lovelace", "room"], own: ["Ada Lovelace"] };
  it.each([
    ["hi @ada!", "hi <mark>@ada</mark>!"],
    ["@Ada Lovelace?", '<mark data-own="true">@Ada Lovelace</mark>?'],
    ["@Adam and @Bob", "@Adam and @Bob"],
    ["`@Ada`", "<code>@Ada</code>"],
    ["<b>@room</b>", "&lt;b&gt;<mark>@room</mark>&lt;/b&gt;"],
    [
      "see https://example.org/a now",
      'see <a href="https://example.org/a" target="_blank" rel="noopener noreferrer nofollow">https://example.org/a</a> now',
    ],
    ["example.org and ada@example.org", "example.org and ada@example.org"],
  ])("marks names and addresses of a chat: %s", async (text, html) => {
    expect(await render(text, true, names)).toBe(html);
  });

  it("marks hostile names as the words they are", async () => {
    const hostile = "<img src=x onerror=alert(1)>";
    const html = await render(`@${hostile} hi`, true, { names: [hostile, "a.*(b"], own: [] });
    expect(html).not.toContain("<img");
    expect(html).toContain("hi");
  });

  it.each([
    ["Which planet?", true],
    ["a < b", false],
    ["1. first", false],
    ["5 * 3 = 15", false],
    ["3 - 1", true],
  ])("%s is plain: %s", (text, plain) => {
    expect(isPlain(text)).toBe(plain);
  });
});
