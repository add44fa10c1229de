// What has been said here and is not on the server yet. It waits through cuts, and goes again under the same name.
import { Button } from "@mantine/core";
import { IconSend2 } from "@tabler/icons-react";
import { useChat, useConnection } from "@trivium/client/react";
import { useTranslation } from "react-i18next";
import type { Panel, PanelProps } from "../model/panels";
import classes from "../parts/lists.module.css";

export const panel: Panel = {
  id: "outbox",
  place: "right",
  order: 30,
  title: "panel.outbox",
  Icon: IconSend2,
  Component: Outbox,
};

function Outbox({ roomId }: PanelProps) {
  const { t } = useTranslation("demo");
  const { pending, status } = useConnection(({ pending, status }) => ({ pending, status }));
  const chat = useChat(roomId);
  const waiting = chat.messages.filter((entry) => entry.status !== "saved");
  return (
    <div className={classes.stack}>
      <p className={classes.hint}>{t("outbox.hint")}</p>
      <p className={classes.flat} role="status">
        <b>{t("outbox.pending", { count: pending })}</b>
        <span className={classes.sub}>{t(status === "live" ? "outbox.live" : "outbox.away")}</span>
      </p>
      <ul className={classes.list}>
        {waiting.map((entry) => (
          <li key={entry.key} className={classes.waiting}>
            <bdi>{entry.message.text}</bdi>
            <code className={classes.key}>{entry.key}</code>
            <span className={classes.sub}>
              {entry.status === "failed"
                ? t("outbox.failed", { reason: entry.error?.rawMessage ?? "" })
                : t("outbox.sending")}
            </span>
            {entry.status === "failed" && (
              <span className={classes.links}>
                {/* The row already says what failed anew. */}
                <Button size="compact-sm" variant="default" onClick={() => void chat.retry(entry.key).catch(() => {})}>
                  {t("outbox.retry")}
                </Button>
                <Button size="compact-sm" variant="default" onClick={() => chat.drop(entry.key)}>
                  {t("outbox.drop")}
                </Button>
              </span>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
