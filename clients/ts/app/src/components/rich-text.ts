// Markdown to markup without danger: HTML in the text stays text, formulas become MathML, and all is cleaned at the end.
//
// Images are left out on purpose: a picture belongs to the question's media, and must not come from a third party.
import DOMPurify from "dompurify";
import MarkdownIt from "markdown-it";
import type { Mentions } from "./mentions";
import { hasMath, type MathRenderer, mathRules } from "./rich-text-math";
import { mentionRule } from "./rich-text-mentions";

let math: MathRenderer | undefined;

const written = createMarkdown(false);
/** In chats an address that is pasted is a link too. */
const said = createMarkdown(true);

function createMarkdown(linkify: boolean) {
  const markdown = new MarkdownIt({ html: false, linkify, breaks: true, typographer: false })
    .disable(["image", "reference", "html_block", "html_inline"])
    .use(mathRules, () => math)
    .use(mentionRule);
  markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });
  markdown.validateLink = (url) => /^https?:\/\//i.test(url.trim());
  markdown.renderer.rules.link_open = (tokens, index, options, _env, self) => {
    tokens[index]?.attrSet("target", "_blank");
    tokens[index]?.attrSet("rel", "noopener noreferrer nofollow");
    return self.renderToken(tokens, index, options);
  };
  return markdown;
}

const purify = DOMPurify(window);

/** The markup, with formulas once their renderer is loaded. Texts of a chat have names to mark. */
export async function render(text: string, inline: boolean, mentions?: Mentions): Promise<string> {
  if (math === undefined && hasMath(text)) math = (await import("./rich-text-math")).texToMathMl(await import("katex"));
  return markup(text, inline, mentions);
}

/** The markup at once, or `undefined` where something has to be loaded first. */
export function renderNow(text: string, inline: boolean, mentions?: Mentions): string | undefined {
  return math === undefined && hasMath(text) ? undefined : markup(text, inline, mentions);
}

function markup(text: string, inline: boolean, mentions: Mentions | undefined): string {
  const markdown = mentions === undefined ? written : said;
  const env = { mentions };
  return clean(inline ? markdown.renderInline(text, env) : markdown.render(text, env));
}

function clean(html: string): string {
  return purify.sanitize(html, {
    USE_PROFILES: { html: true, mathMl: true },
    ADD_TAGS: ["semantics"],
    // The TeX source beside the formula would be drawn as text.
    ADD_FORBID_CONTENTS: ["annotation"],
    ADD_ATTR: ["target"],
    FORBID_TAGS: [
      "style",
      "form",
      "input",
      "button",
      "textarea",
      "select",
      "img",
      "video",
      "audio",
      "picture",
      "source",
    ],
    FORBID_ATTR: ["style", "class", "id"],
  });
}
