// Names in a text of a chat, marked: `@name` becomes a `mark`, and one that means the reader says so in `data-own`.
import type { MarkdownIt } from "markdown-it";
import type { Mentions } from "./mentions";

/** Marks the names that `env.mentions` has, wherever the text is no code and no link. */
export function mentionRule(markdown: MarkdownIt): void {
  markdown.core.ruler.push("mentions", (state) => {
    const mentions = (state.env as { mentions?: Mentions } | undefined)?.mentions;
    if (mentions === undefined || mentions.names.length === 0) return;
    const pattern = patternOf(mentions.names);
    const own = new Set(mentions.own.map((name) => name.toLowerCase()));
    for (const block of state.tokens) {
      if (block.type !== "inline" || block.children === null) continue;
      let links = 0;
      block.children = block.children.flatMap((token) => {
        if (token.type === "link_open") links += 1;
        if (token.type === "link_close") links -= 1;
        if (token.type !== "text" || links > 0) return [token];
        return token.content
          .split(pattern)
          .filter((part) => part !== "")
          .flatMap((part) => {
            const text = new state.Token("text", "", 0);
            text.content = part;
            text.level = token.level;
            if (!pattern.test(part)) return [text];
            const open = new state.Token("mention_open", "mark", 1);
            if (own.has(part.slice(1).toLowerCase())) open.attrSet("data-own", "true");
            return [open, text, new state.Token("mention_close", "mark", -1)];
          });
      });
    }
  });
}

/** The longest name first, so that "@Ann Lee" is not read as "@Ann". */
function patternOf(names: readonly string[]): RegExp {
  const escaped = [...names]
    .sort((a, b) => b.length - a.length)
    .map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`(@(?:${escaped.join("|")}))(?![\\p{L}\\p{N}])`, "iu");
}
