// A thread beside the chat: the message that began it, what was said about it, and a field of its own.
import { useThread } from "@trivium/client/react";
import { useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Composer } from "../compose/Composer";
import { MessageList } from "../messages/MessageList";
import { MessageRow } from "../messages/MessageRow";
import { type Talk, TalkProvider, useTalk } from "../model/talk";
import { useReading } from "../model/useReading";
import { Pane } from "./Pane";
import classes from "./panes.module.css";

interface Props {
  readonly seq: bigint;
  readonly onClose: () => void;
}

export function Thread({ seq, onClose }: Props) {
  const { t } = useTranslation("talk");
  const talk = useTalk();
  const thread = useThread(talk.roomId, seq);
  const [atEnd, setAtEnd] = useState(true);
  const [target, setTarget] = useState<{ readonly seq: bigint }>();
  const reading = useReading(talk.roomId, thread.messages, atEnd);
  const { jump } = talk;
  const goTo = useCallback(
    (wanted: bigint) => {
      if (thread.messages.some(({ message }) => message.seq === wanted)) setTarget({ seq: wanted });
      else jump(wanted);
    },
    [thread.messages, jump],
  );
  const inner = useMemo(
    (): Talk => ({ ...talk, threadSeq: seq, actions: thread, jump: goTo, openThread: undefined }),
    [talk, seq, thread, goTo],
  );
  const { root } = thread;
  const head =
    root === undefined ? null : (
      <div className={classes.root}>
        <MessageRow
          entry={{ key: `root-${seq}`, message: root, status: "saved" }}
          before={undefined}
          quotable={thread.messages}
        />
      </div>
    );
  return (
    <Pane title={t("thread.title")} onClose={onClose}>
      <TalkProvider value={inner}>
        {thread.error !== undefined && <p className={classes.hint}>{thread.error.rawMessage}</p>}
        <MessageList
          entries={thread.messages}
          more={thread.more}
          loadOlder={thread.loadOlder}
          onAtEnd={setAtEnd}
          unread={reading.unread}
          target={target}
          head={head}
          label={t("thread.log")}
          empty={thread.loading ? t("thread.loading") : t("thread.empty")}
        />
        <Composer entries={thread.messages} label={t("thread.write")} focus />
      </TalkProvider>
    </Pane>
  );
}
