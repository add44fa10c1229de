// Formulas in Markdown: `$…$` within a line, `$$…$$` or `\(…\)` and `\[…\]` too, rendered to MathML, which every reader can speak.
import type { MarkdownIt } from "markdown-it";

/** Makes MathML of TeX. */
export type MathRenderer = (tex: string, display: boolean) => string;

/** Whether a text may hold a formula. */
export function hasMath(text: string): boolean {
  return /\$|\\\(|\\\[/.test(text);
}

/** Wraps KaTeX with bounds: no macros that grow, nothing that links or loads. */
export function texToMathMl(katex: typeof import("katex")): MathRenderer {
  return (tex, displayMode) =>
    katex.renderToString(tex, {
      displayMode,
      output: "mathml",
      throwOnError: false,
      trust: false,
      strict: "ignore",
      maxExpand: 200,
      maxSize: 20,
    });
}

const FENCES: readonly { readonly open: string; readonly close: string; readonly display: boolean }[] = [
  { open: "$$", close: "$$", display: true },
  { open: "\\[", close: "\\]", display: true },
  { open: "\\(", close: "\\)", display: false },
  { open: "$", close: "$", display: false },
];

/** Plugin of markdown-it. `renderer` may come later: until then a formula is its source. */
export function mathRules(markdown: MarkdownIt, renderer: () => MathRenderer | undefined): void {
  markdown.inline.ruler.before("escape", "math", (state, silent) => {
    const fence = FENCES.find(({ open }) => state.src.startsWith(open, state.pos));
    if (fence === undefined) return false;
    const begin = state.pos + fence.open.length;
    const end = state.src.indexOf(fence.close, begin);
    const tex = state.src.slice(begin, end);
    // `$5 and $6` is money: a formula does not begin or end with a space, and no digit follows it.
    const money = fence.open === "$" && (/^\s|\s$/.test(tex) || /\d/.test(state.src[end + 1] ?? ""));
    if (end < 0 || end > state.posMax || tex.trim() === "" || money) return false;
    if (!silent) {
      const token = state.push("math", "", 0);
      token.content = tex;
      token.meta = { display: fence.display };
    }
    state.pos = end + fence.close.length;
    return true;
  });
  markdown.renderer.rules.math = (tokens, index) => {
    const token = tokens[index];
    if (token === undefined) return "";
    return renderer()?.(token.content, token.meta?.display === true) ?? markdown.utils.escapeHtml(token.content);
  };
}
