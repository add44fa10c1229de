// What a message says: its text, what is attached, and what was shared with it.
//
// Neighbours: `../sealed/Opened` draws messages that only their readers can open.
import type { ChatMessage } from "@trivium/client";
import { useMemo } from "react";
import { RichText } from "../../../components/RichText";
import { markedIn } from "../model/mentions";
import { useTalk } from "../model/talk";
import { useSealedRoom } from "../sealed/context";
import { Opened } from "../sealed/Opened";
import { Attachments } from "./Attachments";
import { LinkCard, QuestionCard } from "./Cards";
import classes from "./messages.module.css";

export function Content({ entry }: { entry: ChatMessage }) {
  const { message } = entry;
  const { members, ownId } = useTalk();
  const sealed = useSealedRoom();
  const mentions = useMemo(() => markedIn(message, members, ownId), [message, members, ownId]);
  if (sealed !== undefined) return <Opened entry={entry} sealed={sealed} />;
  return (
    <>
      {message.text !== "" && (
        <div className={classes.text} dir="auto">
          <RichText text={message.text} mentions={mentions} />
        </div>
      )}
      {message.attachments.length > 0 && <Attachments attachments={message.attachments} />}
      {message.link !== undefined && <LinkCard link={message.link} />}
      {message.question !== undefined && <QuestionCard question={message.question} />}
    </>
  );
}
