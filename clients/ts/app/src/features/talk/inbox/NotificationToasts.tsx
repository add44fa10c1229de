// A toast for each notification that comes, unless its owner does not want to be disturbed.
import { type Notification, Severity } from "@trivium/client/proto";
import { useNotifications, useOnNotification } from "@trivium/client/react";
import { useTranslation } from "react-i18next";
import { isGrave } from "./NotificationRow";
import { toldOf } from "./told";

interface Props {
  onOpen(notification: Notification): void;
  /** The room that is on show: what is about it is seen already. */
  readonly roomId?: string;
}

/** Draws nothing itself. */
export function NotificationToasts({ onOpen, roomId = "" }: Props) {
  const { t } = useTranslation("talk");
  const { markRead } = useNotifications();
  useOnNotification((notification) => {
    const { seq, severity, title, quiet } = notification;
    const told = toldOf(notification, t);
    if (quiet || (roomId !== "" && notification.roomId === roomId && document.visibilityState === "visible")) return;
    void import("sonner").then(({ toast }) => {
      const show =
        severity === Severity.CRITICAL
          ? toast.error
          : isGrave(severity)
            ? toast.warning
            : severity === Severity.SUCCESS
              ? toast.success
              : toast.info;
      show(title, {
        id: `notification-${seq}`,
        ...(told === "" ? {} : { description: told }),
        action: {
          label: t("inbox.open"),
          onClick: () => {
            // A mark that fails is made with the next one.
            markRead(seq).catch(() => {});
            onOpen(notification);
          },
        },
      });
    });
  });
  return null;
}
