// The question's text and picture, sized by how much there is to read.

import type { QuestionPrompt } from "@trivium/client/proto";
import { FocusHeading } from "../../../components/FocusHeading";
import { Picture } from "../../../components/Picture";
import { RichText } from "../../../components/RichText";
import classes from "./stage.module.css";

/** The text as the heading of the screen; it takes the focus when `when` changes. */
export function StemHeading({ prompt, when }: { prompt: QuestionPrompt; when: string }) {
  return (
    <FocusHeading when={`${when}-${prompt.index}`} className={classes.stem}>
      <span data-length={lengthOf(prompt.text)}>
        <RichText text={prompt.text} inline />
      </span>
    </FocusHeading>
  );
}

/** The picture, if there is one. */
export function StemImage({ prompt }: { prompt: QuestionPrompt }) {
  if (prompt.mediaUrl === "") return null;
  return (
    <figure className={classes.media}>
      <Picture url={prompt.mediaUrl} alt={prompt.mediaAlt} />
    </figure>
  );
}

/** How small the type must be. */
export function lengthOf(text: string): "short" | "medium" | "long" {
  return text.length <= 80 ? "short" : text.length <= 220 ? "medium" : "long";
}
