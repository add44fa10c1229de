// One notification: what, from whom, when, and where it leads.
import { UnstyledButton } from "@mantine/core";
import {
  IconAlertTriangle,
  IconAt,
  IconBell,
  IconDoor,
  IconMessage,
  IconMessageReply,
  IconServer,
  type TablerIcon,
} from "@tabler/icons-react";
import { type Notification, NotificationKind, Severity } from "@trivium/client/proto";
import { useTranslation } from "react-i18next";
import { agoOf } from "../model/format";
import classes from "./inbox.module.css";
import { toldOf } from "./told";

const ICONS: Record<NotificationKind, TablerIcon> = {
  [NotificationKind.UNSPECIFIED]: IconBell,
  [NotificationKind.MENTION]: IconAt,
  [NotificationKind.REPLY]: IconMessageReply,
  [NotificationKind.MESSAGE]: IconMessage,
  [NotificationKind.ROOM]: IconDoor,
  [NotificationKind.HOST]: IconBell,
  [NotificationKind.SERVICE]: IconServer,
};

/** Whether something wants more than a look. */
export function isGrave(severity: Severity): boolean {
  return severity === Severity.WARNING || severity === Severity.CRITICAL;
}

interface Props {
  readonly notification: Notification;
  readonly nowMs: number;
  onOpen(notification: Notification): void;
}

export function NotificationRow({ notification, nowMs, onOpen }: Props) {
  const { t, i18n } = useTranslation("talk");
  const { kind, severity, title, text, read, createTimeMs, actorName, quiet } = notification;
  const told = toldOf(notification, t);
  const Icon = isGrave(severity) ? IconAlertTriangle : ICONS[kind];
  return (
    <UnstyledButton
      className={classes.row}
      data-unread={!read || undefined}
      data-severity={Severity[severity].toLowerCase()}
      onClick={() => onOpen(notification)}
    >
      <Icon size={22} stroke={1.8} aria-hidden />
      <span className={classes.words}>
        <b dir="auto">{title}</b>
        {told !== "" && <span dir="auto">{told}</span>}
        <span className={classes.sub}>
          {[told === text ? actorName : "", agoOf(createTimeMs, nowMs, i18n.language), quiet ? t("inbox.quietly") : ""]
            .filter(Boolean)
            .join(" · ")}
        </span>
      </span>
      {!read && <span className="visually-hidden">{t("inbox.unread")}</span>}
    </UnstyledButton>
  );
}
