// A sealed message: its text, why there is none, or what the server has of it.
import type { ChatMessage } from "@trivium/client";
import { useTranslation } from "react-i18next";
import { RichText } from "../../../components/RichText";
import { useTalk } from "../model/talk";
import type { SealedRoom } from "./context";
import { FailureBubble } from "./FailureBubble";
import { ServerView } from "./ServerView";
import classes from "./sealed.module.css";

/** Names are not marked: mentions are told by the server, which cannot read the text. */
const NOBODY = { names: [], own: [] };

export function Opened({ entry: { key, message }, sealed }: { entry: ChatMessage; sealed: SealedRoom }) {
  const { t } = useTranslation("talk");
  const { ownId } = useTalk();
  const opened = sealed.texts.get(key);
  const own = message.authorId === ownId;
  if (sealed.serverView && message.sealed !== undefined) return <ServerView sealed={message.sealed} />;
  if (opened?.failure !== undefined) {
    const ask = own ? undefined : () => sealed.askAgain(message.seq);
    return <FailureBubble reason={opened.failure} onAskAgain={ask} />;
  }
  if (opened?.text === undefined) return <p className={classes.hint}>{t("sealed.opening")}</p>;
  return (
    <div dir="auto">
      <RichText text={opened.text} mentions={NOBODY} />
    </div>
  );
}
