// The mark of a message whose text was replaced; behind it, for its author and for hosts, all texts that it has had.
import { Popover, UnstyledButton } from "@mantine/core";
import { ChatService, type ListMessageEditsResponse, type Message } from "@trivium/client/proto";
import { useSession } from "@trivium/client/react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { notifyError } from "../../../lib/notify";
import { momentOf } from "../model/format";
import { useTalk } from "../model/talk";
import classes from "./messages.module.css";

export function Edits({ message }: { message: Message }) {
  const { t, i18n } = useTranslation("talk");
  const { roomId, ownId, hosts } = useTalk();
  const session = useSession();
  const [history, setHistory] = useState<ListMessageEditsResponse>();
  const [open, setOpen] = useState(false);
  const show = async () => {
    if (open) return setOpen(false);
    try {
      // Read anew each time: there may be another one since.
      setHistory(await session.client(ChatService).listMessageEdits({ roomId, messageSeq: message.seq }));
      setOpen(true);
    } catch (error) {
      void notifyError(error, "talk");
    }
  };
  if (!hosts && message.authorId !== ownId) return <span>{t("message.edited")}</span>;
  return (
    <Popover opened={open} onChange={setOpen} position="top" withArrow shadow="md" trapFocus>
      <Popover.Target>
        <UnstyledButton className={classes.edited} aria-expanded={open} onClick={() => void show()}>
          {t("message.edited")}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <p className={classes.sub}>{t("message.history")}</p>
        <ol className={classes.history} data-autofocus tabIndex={-1}>
          {history?.edits.map((edit) => (
            <li key={String(edit.seq)}>
              <time className={classes.sub} dateTime={new Date(Number(edit.timeMs)).toISOString()}>
                {momentOf(edit.timeMs, i18n.language)}
              </time>
              <span dir="auto">{edit.text}</span>
            </li>
          ))}
        </ol>
        {history?.more === true && <p className={classes.sub}>{t("message.historyMore")}</p>}
      </Popover.Dropdown>
    </Popover>
  );
}
