// The text and the picture of a question, as far as this person wants them on the own device.
import type { QuestionPrompt } from "@trivium/client/proto";
import { useQuizActions } from "@trivium/client/react";
import { useTranslation } from "react-i18next";
import { FocusHeading } from "../../../components/FocusHeading";
import { Picture } from "../../../components/Picture";
import { RichText } from "../../../components/RichText";
import { usePreferences } from "../../../lib/preferences";
import classes from "./Stem.module.css";

/** So many characters and more are set smaller. */
const LONG = 120;

export function Stem({ roomId, prompt }: { roomId: string; prompt: QuestionPrompt }) {
  const { t } = useTranslation("player");
  const showQuestion = usePreferences((preferences) => preferences.showQuestion);
  const { reportLoaded } = useQuizActions(roomId);
  // A lost report delays nobody for longer than the server waits anyway.
  const loaded = () => void reportLoaded(prompt.index).catch(() => {});
  return (
    <div className={classes.stem}>
      <FocusHeading className={classes.text} when={prompt.index}>
        {showQuestion ? (
          <span data-long={prompt.text.length > LONG || undefined}>
            <RichText text={prompt.text} />
          </span>
        ) : (
          t("question.hidden")
        )}
      </FocusHeading>
      {prompt.mediaUrl !== "" && (
        <Picture
          className={showQuestion ? classes.picture : "visually-hidden"}
          url={prompt.mediaUrl}
          alt={showQuestion ? prompt.mediaAlt : ""}
          // One that never comes must not hold up the room either.
          onSettled={loaded}
        />
      )}
    </div>
  );
}
