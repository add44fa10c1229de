// The messages, of which only those near the window are drawn; it stays at the newest while one is there.
import { Button } from "@mantine/core";
import { IconArrowDown } from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import type { ChatHook } from "@trivium/client/react";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { notifyError } from "../../../lib/notify";
import classes from "./chat.module.css";
import { MessageRow } from "./MessageRow";
import { useReading } from "./useReading";

/** A message of one line, in pixels; others are measured. */
const ROW_PX = 76;
/** So near to the end still is the end. */
const NEAR_PX = 60;
const VIEW = { width: 600, height: 600 };

interface Props {
  readonly chat: ChatHook;
  readonly roomId: string;
}

export function MessageList({ chat, roomId }: Props) {
  const { t } = useTranslation("demo");
  const scroller = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  const [loading, setLoading] = useState(false);
  const { messages } = chat;
  const reading = useReading(roomId, chat, atEnd);
  const virtual = useVirtualizer({
    count: messages.length,
    getScrollElement: () => scroller.current,
    getItemKey: (at) => messages[at]?.key ?? at,
    estimateSize: () => ROW_PX,
    overscan: 8,
    initialRect: VIEW,
  });
  const toEnd = () => {
    const box = scroller.current;
    if (box !== null) box.scrollTop = box.scrollHeight;
  };
  const height = virtual.getTotalSize();
  // New messages, and rows that turn out taller than thought, keep the end in view.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height is what moves the end
  useLayoutEffect(() => {
    if (atEnd) toEnd();
  }, [height, messages.length, atEnd]);
  const before = useRef<string>(undefined);
  const loadOlder = async () => {
    before.current = messages[0]?.key;
    setLoading(true);
    await chat.loadOlder().catch(notifyError);
    setLoading(false);
  };
  // What was at the top stays where it was when older ones come above it.
  useEffect(() => {
    const at = messages.findIndex(({ key }) => key === before.current);
    if (at <= 0) return;
    before.current = undefined;
    virtual.scrollToIndex(at, { align: "start" });
  }, [messages, virtual]);
  const lineAt = messages.findIndex(
    ({ message, status }) => reading.lineAfter !== undefined && (status !== "saved" || message.seq > reading.lineAfter),
  );
  return (
    <div className={classes.listPlace}>
      <div
        ref={scroller}
        className={classes.scroll}
        role="log"
        aria-label={t("chat.log")}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
        tabIndex={0}
        onScroll={({ currentTarget: box }) => setAtEnd(box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_PX)}
      >
        {chat.more && (
          <Button
            variant="default"
            size="sm"
            className={classes.older}
            loading={loading}
            onClick={() => void loadOlder()}
          >
            {t("chat.older")}
          </Button>
        )}
        {messages.length === 0 && <p className={classes.hint}>{t("chat.empty")}</p>}
        <ol className={classes.list} style={{ height }}>
          {virtual.getVirtualItems().map((item) => {
            const entry = messages[item.index];
            return entry === undefined ? null : (
              <li
                key={item.key}
                ref={virtual.measureElement}
                data-index={item.index}
                aria-setsize={messages.length}
                aria-posinset={item.index + 1}
                className={classes.item}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                {item.index === lineAt && lineAt >= 0 && (
                  <p className={classes.line}>
                    <span>{t("chat.new")}</span>
                  </p>
                )}
                <MessageRow entry={entry} before={messages[item.index - 1]} chat={chat} roomId={roomId} />
              </li>
            );
          })}
        </ol>
      </div>
      {!atEnd && (
        <Button
          className={classes.jump}
          leftSection={<IconArrowDown size={18} aria-hidden />}
          onClick={() => {
            setAtEnd(true);
            toEnd();
          }}
        >
          {reading.unread > 0 ? t("chat.jumpNew", { count: reading.unread }) : t("chat.jump")}
        </Button>
      )}
    </div>
  );
}
