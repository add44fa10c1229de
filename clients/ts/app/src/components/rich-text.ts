// Markdown to markup without danger: HTML in the text stays text, formulas become MathML, and all is cleaned at the end.
//
// Images are left out on purpose: a picture belongs to the question's media, and must not come from a third party.
import DOMPurify from "dompurify";
import MarkdownIt from "markdown-it";
import { hasMath, type MathRenderer, mathRules } from "./rich-text-math";

let math: MathRenderer | undefined;

const markdown = new MarkdownIt({ html: false, linkify: false, breaks: true, typographer: false })
  .disable(["image", "reference", "html_block", "html_inline"])
  .use(mathRules, () => math);

markdown.renderer.rules.link_open = (tokens, index, options, _env, self) => {
  tokens[index]?.attrSet("target", "_blank");
  tokens[index]?.attrSet("rel", "noopener noreferrer nofollow");
  return self.renderToken(tokens, index, options);
};

const purify = DOMPurify(window);

/** The markup, with formulas once their renderer is loaded. */
export async function render(text: string, inline: boolean): Promise<string> {
  if (math === undefined && hasMath(text)) math = (await import("./rich-text-math")).texToMathMl(await import("katex"));
  return clean(inline ? markdown.renderInline(text) : markdown.render(text));
}

/** The markup at once, or `undefined` where something has to be loaded first. */
export function renderNow(text: string, inline: boolean): string | undefined {
  if (math === undefined && hasMath(text)) return undefined;
  return clean(inline ? markdown.renderInline(text) : markdown.render(text));
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
