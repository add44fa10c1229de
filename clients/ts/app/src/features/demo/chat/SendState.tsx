// How far an own message got: on its way, saved, or failed with what can be done about it.
import { Button } from "@mantine/core";
import { IconAlertTriangle, IconCheck, IconClock } from "@tabler/icons-react";
import type { ChatMessage } from "@trivium/client";
import type { ChatHook } from "@trivium/client/react";
import { useTranslation } from "react-i18next";
import classes from "./chat.module.css";

export function SendState({ entry, chat }: { entry: ChatMessage; chat: ChatHook }) {
  const { t } = useTranslation("demo");
  const { status, key, error } = entry;
  switch (status) {
    case "sending":
      return (
        <span className={classes.state}>
          <IconClock size={15} aria-hidden /> {t("chat.sending")}
        </span>
      );
    case "saved":
      return (
        <span className={classes.state}>
          <IconCheck size={15} aria-hidden /> {t("chat.saved")}
        </span>
      );
    case "failed":
      return (
        <span className={classes.failed}>
          <IconAlertTriangle size={16} aria-hidden /> {t("chat.failed", { reason: error?.rawMessage ?? "" })}
          {/* The row already says what failed anew. */}
          <Button size="compact-sm" variant="default" onClick={() => void chat.retry(key).catch(() => {})}>
            {t("chat.retry")}
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => chat.drop(key)}>
            {t("chat.drop")}
          </Button>
        </span>
      );
  }
}
