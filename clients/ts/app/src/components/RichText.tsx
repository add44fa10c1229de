// Text of quizzes and chats: Markdown and LaTeX, made harmless. Plain text, which is most of it, costs nothing.
//
// The work is done in rich-text.ts, loaded when the first text needs it.
import { useEffect, useMemo, useState } from "react";
import { hasMention, type Mentions } from "./mentions";
import classes from "./RichText.module.css";

/** What cannot be anything but plain text. */
const PLAIN = /^[^\\`*_{}[\]#<>|~$&\n]*$/;
const NUMBERED = /^\s*(\d+[.)]|[-+])\s/;
const ADDRESS = /https?:\/\//i;

type Renderer = typeof import("./rich-text");
let renderer: Renderer | undefined;

/** Loads the renderer ahead of time, such as in the lobby. */
export async function preloadRichText(): Promise<void> {
  renderer = await import("./rich-text");
}

interface Props {
  text: string;
  /** One line within others, such as an option: no paragraphs, no lists. */
  inline?: boolean;
  /** In chats: names to mark. Addresses are links there. The same object as long as nothing changes. */
  mentions?: Mentions | undefined;
}

/** The text as harmless markup; the raw text until the renderer is there. */
export function RichText({ text, inline = false, mentions }: Props) {
  const plain = isPlain(text) && (mentions === undefined || !(ADDRESS.test(text) || hasMention(text, mentions)));
  // What was made belongs to one text: of the next one the raw words stand there until it is made.
  const [made, setMade] = useState<{ readonly of: string; readonly html: string }>();
  const now = useMemo(
    () => (plain ? undefined : renderer?.renderNow(text, inline, mentions)),
    [plain, text, inline, mentions],
  );
  const html = now ?? (made?.of === text ? made.html : undefined);
  useEffect(() => {
    if (plain || now !== undefined) return;
    let stale = false;
    preloadRichText()
      .then(() => renderer?.render(text, inline, mentions))
      .then((fresh) => {
        if (!stale && fresh !== undefined) setMade({ of: text, html: fresh });
      })
      // Without the renderer the raw words stay.
      .catch(() => {});
    return () => {
      stale = true;
    };
  }, [plain, now, text, inline, mentions]);
  const Tag = inline ? "span" : "div";
  if (plain || html === undefined) return <Tag className={classes.text}>{text}</Tag>;
  // biome-ignore lint/security/noDangerouslySetInnerHtml: rich-text.ts escapes HTML and cleans what it makes
  return <Tag className={classes.text} dangerouslySetInnerHTML={{ __html: html }} />;
}

/** Whether a text has nothing for Markdown or LaTeX to do. */
export function isPlain(text: string): boolean {
  return PLAIN.test(text) && !NUMBERED.test(text);
}
