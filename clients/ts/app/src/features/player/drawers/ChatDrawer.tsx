// The room's chat, small: the newest messages and a line to write.
import { ActionIcon, Button, Text, TextInput } from "@mantine/core";
import { IconSend2 } from "@tabler/icons-react";
import type { ChatMessage } from "@trivium/client";
import { useChat, useRoom } from "@trivium/client/react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./ChatDrawer.module.css";
import { Sheet } from "./Sheet";

/** Messages drawn at first, and how many more each time that older ones are asked for. */
const SHOWN = 100;
const MORE = 50;
const LONGEST = 1000;

export default function ChatDrawer({ roomId, onClose }: { roomId: string; onClose(): void }) {
  const { t } = useTranslation("player");
  const chat = useChat(roomId);
  const { ownId, enabled } = useRoom(roomId, ({ me, room }) => ({
    ownId: me?.userId ?? "",
    enabled: room?.chatEnabled === true,
  }));
  const [text, setText] = useState("");
  const end = useRef<HTMLDivElement>(null);
  const [count, setCount] = useState(SHOWN);
  const shown = chat.messages.slice(-count);
  const newest = shown.at(-1)?.key;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new message moves the list to its end
  useEffect(() => {
    // In braces: browsers begin to return a promise here, which React would take for a clean-up.
    end.current?.scrollIntoView({ block: "end" });
  }, [newest]);
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() === "") return;
    // A failed message stays in the list, with a button to send it again.
    chat.send(text.trim()).catch(() => {});
    setText("");
  };
  const showOlder = () => {
    setCount(count + MORE);
    if (chat.more && chat.messages.length < count + MORE) chat.loadOlder().catch(() => {});
  };
  return (
    <Sheet title={t("chat.title")} position="bottom" onClose={onClose}>
      <div className={classes.list} role="log" aria-live="polite">
        {(chat.more || chat.messages.length > shown.length) && (
          <Button variant="subtle" onClick={showOlder}>
            {t("chat.older")}
          </Button>
        )}
        {shown.length === 0 && <Text c="dimmed">{t("chat.empty")}</Text>}
        {shown.map((each) => (
          <Line
            key={each.key}
            entry={each}
            own={each.message.authorId === ownId}
            onRetry={() => void chat.retry(each.key).catch(() => {})}
          />
        ))}
        <div ref={end} />
      </div>
      {enabled ? (
        <form className={classes.form} onSubmit={send}>
          <TextInput
            className={classes.field}
            aria-label={t("chat.write")}
            placeholder={t("chat.write")}
            size="lg"
            value={text}
            maxLength={LONGEST}
            autoComplete="off"
            enterKeyHint="send"
            data-autofocus
            onChange={(event) => {
              setText(event.currentTarget.value);
              chat.setTyping(event.currentTarget.value !== "");
            }}
          />
          <ActionIcon type="submit" variant="filled" aria-label={t("chat.send")} disabled={text.trim() === ""}>
            <IconSend2 size={22} />
          </ActionIcon>
        </form>
      ) : (
        <Text c="dimmed">{t("chat.off")}</Text>
      )}
    </Sheet>
  );
}

function Line({ entry, own, onRetry }: { entry: ChatMessage; own: boolean; onRetry(): void }) {
  const { t } = useTranslation("player");
  const { message, status } = entry;
  return (
    <div className={classes.line} data-own={own || undefined}>
      {!own && <strong>{message.authorNickname}</strong>}
      {/* Isolated, so that a name or a text of another direction turns nothing else around. */}
      <bdi>{message.deleteTimeMs > 0n ? <em>{t("chat.deleted")}</em> : message.text}</bdi>
      {status === "sending" && <small>{t("chat.sending")}</small>}
      {status === "failed" && (
        <button type="button" onClick={onRetry}>
          {t("chat.failed")} · {t("chat.retry")}
        </button>
      )}
    </div>
  );
}
