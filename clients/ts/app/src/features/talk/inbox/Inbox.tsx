// The inbox: what concerns the reader, newest first, with what is to be heard of and when.
import { Button, UnstyledButton } from "@mantine/core";
import { IconChecks, IconSettings } from "@tabler/icons-react";
import type { Notification, NotificationPreferences } from "@trivium/client/proto";
import { useClock, useNotifications } from "@trivium/client/react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { notifyError } from "../../../lib/notify";
import classes from "./inbox.module.css";
import { NotificationRow } from "./NotificationRow";
import { Preferences } from "./Preferences";

interface Props {
  /** Goes where a notification leads. */
  onOpen(notification: Notification): void;
}

export function Inbox({ onOpen }: Props) {
  const { t } = useTranslation("talk");
  const inbox = useNotifications();
  const now = useClock().now();
  const [settings, setSettings] = useState(false);
  const [busy, setBusy] = useState(false);
  const failed = (error: unknown) => notifyError(error, "talk");
  if (inbox.status === "none") return <p className={classes.sub}>{t("inbox.guest")}</p>;
  const open = (notification: Notification) => {
    if (!notification.read) inbox.markRead(notification.seq).catch(failed);
    onOpen(notification);
  };
  const older = async () => {
    setBusy(true);
    await inbox.loadOlder().catch(failed);
    setBusy(false);
  };
  return (
    <>
      <div className={classes.top}>
        <span role="status">{t("inbox.count", { count: inbox.unreadCount })}</span>
        <span className={classes.buttons}>
          <Button
            size="compact-md"
            variant="default"
            leftSection={<IconChecks size={16} aria-hidden />}
            disabled={inbox.unreadCount === 0}
            onClick={() => void inbox.markAllRead().catch(failed)}
          >
            {t("inbox.readAll")}
          </Button>
          <Button
            size="compact-md"
            variant="default"
            aria-expanded={settings}
            leftSection={<IconSettings size={16} aria-hidden />}
            onClick={() => setSettings(!settings)}
          >
            {t("inbox.settings")}
          </Button>
        </span>
      </div>
      {settings && <OwnPreferences />}
      {inbox.notifications.length === 0 && inbox.status === "live" && <p className={classes.sub}>{t("inbox.none")}</p>}
      <ul className={classes.list}>
        {inbox.notifications.map((each) => (
          <li key={String(each.seq)}>
            <NotificationRow notification={each} nowMs={now} onOpen={open} />
          </li>
        ))}
      </ul>
      {inbox.more && (
        <Button variant="default" size="sm" loading={busy} onClick={() => void older()}>
          {t("inbox.older")}
        </Button>
      )}
    </>
  );
}

/** Read when opened; a change shows at once, and goes back if the server refuses it. */
function OwnPreferences() {
  const inbox = useNotifications();
  const [shown, setShown] = useState<NotificationPreferences>();
  const { preferences, setPreferences } = inbox;
  useEffect(() => {
    if (shown !== undefined) return;
    let gone = false;
    preferences().then(
      (found) => {
        if (!gone && found !== undefined) setShown(found);
      },
      (error) => notifyError(error, "talk"),
    );
    return () => {
      gone = true;
    };
  }, [preferences, shown]);
  if (shown === undefined) return null;
  return (
    <Preferences
      preferences={shown}
      onChange={(next) => {
        setShown(next);
        setPreferences(next).catch((error) => {
          setShown(shown);
          void notifyError(error, "talk");
        });
      }}
    />
  );
}

/** How many are unread, to press. */
export function InboxBadge({ onOpen }: { onOpen: () => void }) {
  const { t } = useTranslation("talk");
  const { unreadCount } = useNotifications();
  if (unreadCount === 0) return null;
  return (
    <UnstyledButton className={classes.badge} onClick={onOpen}>
      {t("inbox.count", { count: unreadCount })}
    </UnstyledButton>
  );
}
