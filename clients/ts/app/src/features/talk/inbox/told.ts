// What a notification says under its title. The server copies nothing of messages into inboxes: of these it is told who did what.
import { type Notification, NotificationKind } from "@trivium/client/proto";
import type { TFunction } from "i18next";

const KEYS = {
  [NotificationKind.UNSPECIFIED]: undefined,
  [NotificationKind.MENTION]: "inbox.told.mention",
  [NotificationKind.REPLY]: "inbox.told.reply",
  [NotificationKind.MESSAGE]: "inbox.told.message",
  [NotificationKind.ROOM]: undefined,
  [NotificationKind.HOST]: undefined,
  [NotificationKind.SERVICE]: undefined,
} as const;

/** Its own text, or a sentence with its actor; may be empty. */
export function toldOf({ kind, text, actorName }: Notification, t: TFunction<"talk">): string {
  const key = KEYS[kind];
  return text !== "" || key === undefined || actorName === "" ? text : t(key, { name: actorName });
}
