// Messages that wait for a host, and those that were refused or put aside.
import { Button, SegmentedControl } from "@mantine/core";
import { type Message, MessageState } from "@trivium/client/proto";
import { useHeld } from "@trivium/client/react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCommands } from "../model/commands";
import { momentOf } from "../model/format";
import { ListFoot } from "./ListFoot";
import classes from "./moderation.module.css";

const SHELVES = [
  [MessageState.PENDING, "state.waiting"],
  [MessageState.REJECTED, "state.refused"],
  [MessageState.ARCHIVED, "state.aside"],
] as const;

export function Pending({ roomId }: { roomId: string }) {
  const { t } = useTranslation("talk");
  const [state, setState] = useState<MessageState>(MessageState.PENDING);
  const held = useHeld(roomId, state);
  const [settled, setSettled] = useState<ReadonlySet<bigint>>(new Set());
  const commands = useCommands(roomId);
  // Gone at once; the list is read anew by itself when the server says so.
  const settle = async (message: Message, to: MessageState) => {
    if (await commands.resolve(message.seq, to)) setSettled((before) => new Set(before).add(message.seq));
  };
  const shown = held.items.filter((message) => state !== MessageState.PENDING || !settled.has(message.seq));
  return (
    <>
      <SegmentedControl
        fullWidth
        size="sm"
        aria-label={t("moderation.shelf")}
        value={String(state)}
        data={SHELVES.map(([each, key]) => ({ value: String(each), label: t(key) }))}
        onChange={(chosen) => setState(SHELVES.find(([each]) => String(each) === chosen)?.[0] ?? MessageState.PENDING)}
      />
      <ul className={classes.cards}>
        {shown.map((message) => (
          <li key={String(message.seq)} className={classes.card}>
            <MessageCard message={message} />
            <div className={classes.row}>
              {state === MessageState.PENDING && (
                <>
                  <Button size="compact-md" onClick={() => void settle(message, MessageState.PUBLISHED)}>
                    {t("moderation.publish")}
                  </Button>
                  <Button
                    size="compact-md"
                    variant="default"
                    onClick={() => void settle(message, MessageState.REJECTED)}
                  >
                    {t("moderation.reject")}
                  </Button>
                </>
              )}
              {state === MessageState.ARCHIVED && (
                <Button
                  size="compact-md"
                  variant="default"
                  onClick={() => void settle(message, MessageState.PUBLISHED)}
                >
                  {t("moderation.bringBack")}
                </Button>
              )}
            </div>
          </li>
        ))}
      </ul>
      <ListFoot list={held} empty={shown.length === 0 ? t("moderation.nothing") : undefined} />
    </>
  );
}

/** A message as a card: plain, as what is in question is not to be dressed up. */
export function MessageCard({ message }: { message: Message }) {
  const { t, i18n } = useTranslation("talk");
  const gone = message.deleteTimeMs > 0n;
  return (
    <div>
      <p className={classes.cardHead}>
        <b>
          <bdi>{message.authorNickname}</bdi>
        </b>
        <time dateTime={new Date(Number(message.sendTimeMs)).toISOString()}>
          {momentOf(message.sendTimeMs, i18n.language)}
        </time>
      </p>
      <p className={classes.sample} dir="auto">
        {gone && message.text === "" ? t("message.deleted") : message.text}
        {message.sealed !== undefined && t("sealed.isSealed")}
      </p>
      {message.attachments.length > 0 && (
        <p className={classes.hint}>{message.attachments.map(({ name }) => name).join(", ")}</p>
      )}
      {message.link !== undefined && <p className={classes.hint}>{message.link.url}</p>}
    </div>
  );
}
