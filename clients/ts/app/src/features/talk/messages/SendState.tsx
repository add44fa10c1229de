// How far an own message got: a clock while it is on its way, a tick once it is saved, two once it has reached somebody, filled
// once somebody has read it; or failed, with what can be done about it. Behind the ticks stands who has seen it.
import { Button, Popover, UnstyledButton } from "@mantine/core";
import { IconAlertTriangle, IconCheck, IconChecks, IconCircleCheckFilled, IconClock } from "@tabler/icons-react";
import type { ChatMessage } from "@trivium/client";
import { type GetMessageReceiptsResponse, ReceiptService } from "@trivium/client/proto";
import { useRoom, useSession } from "@trivium/client/react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { sentenceFor } from "../../../lib/failure";
import { notifyError } from "../../../lib/notify";
import { deliveryOf } from "../model/delivery";
import { nameOf, useTalk } from "../model/talk";
import classes from "./messages.module.css";

export function SendState({ entry }: { entry: ChatMessage }) {
  const { t } = useTranslation("talk");
  const { roomId, ownId } = useTalk();
  const receipts = useRoom(roomId, (room) => room.receipts);
  const { step, delivered, read, others } = deliveryOf(entry, receipts, ownId);
  switch (step) {
    case "sending":
      return (
        <span className={classes.state}>
          <IconClock size={15} aria-hidden /> {t("send.sending")}
        </span>
      );
    case "failed":
      return <Failed entry={entry} />;
    case "saved":
      return (
        <Seen entry={entry} words={t("send.saved")}>
          <IconCheck size={15} aria-hidden />
        </Seen>
      );
    case "delivered":
      return (
        <Seen
          entry={entry}
          words={others > 1 ? t("send.deliveredTo", { n: delivered, count: others }) : t("send.delivered")}
        >
          <IconChecks size={16} aria-hidden />
        </Seen>
      );
    case "read":
      return (
        <Seen entry={entry} words={others > 1 ? t("send.readBy", { n: read, count: others }) : t("send.read")} read>
          <IconCircleCheckFilled size={16} aria-hidden />
        </Seen>
      );
  }
}

function Failed({ entry: { key, error } }: { entry: ChatMessage }) {
  const { t } = useTranslation("talk");
  const { actions } = useTalk();
  return (
    <span className={classes.failed}>
      <IconAlertTriangle size={16} aria-hidden />{" "}
      {t("send.failed", { reason: error === undefined ? "" : (sentenceFor(error, "talk") ?? "") })}
      {/* The row already says what failed anew. */}
      <Button size="compact-sm" variant="default" onClick={() => void actions.retry(key).catch(() => {})}>
        {t("send.retry")}
      </Button>
      <Button size="compact-sm" variant="default" onClick={() => actions.drop(key)}>
        {t("send.drop")}
      </Button>
    </span>
  );
}

interface SeenProps {
  readonly entry: ChatMessage;
  readonly words: string;
  readonly read?: boolean;
  readonly children: React.ReactNode;
}

/** Names in small rooms, numbers in large ones: as the server tells. */
function Seen({ entry: { message }, words, read = false, children }: SeenProps) {
  const { t } = useTranslation("talk");
  const { roomId, members } = useTalk();
  const session = useSession();
  const [found, setFound] = useState<GetMessageReceiptsResponse>();
  const [open, setOpen] = useState(false);
  const show = async () => {
    if (open) return setOpen(false);
    try {
      setFound(await session.client(ReceiptService).getMessageReceipts({ roomId, messageSeq: message.seq }));
      setOpen(true);
    } catch (error) {
      void notifyError(error, "talk");
    }
  };
  return (
    <Popover opened={open} onChange={setOpen} position="top" withArrow shadow="md" trapFocus>
      <Popover.Target>
        <UnstyledButton
          className={classes.state}
          data-read={read || undefined}
          aria-expanded={open}
          onClick={() => void show()}
        >
          {children} {words}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown className={classes.seen}>
        {found !== undefined && (
          <>
            <p data-autofocus tabIndex={-1}>
              {t("send.counts", { read: found.readCount, delivered: found.deliveredCount, count: found.memberCount })}
            </p>
            {found.readUserIds.length > 0 && (
              <ul>
                {found.readUserIds.map((userId) => (
                  <li key={userId}>
                    <bdi>{nameOf(members, userId)}</bdi>
                  </li>
                ))}
              </ul>
            )}
            {found.readCount > found.readUserIds.length && found.readUserIds.length > 0 && (
              <p className={classes.sub}>{t("send.more", { count: found.readCount - found.readUserIds.length })}</p>
            )}
          </>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
