// What somebody wants to hear, and when not to be disturbed.
import { create } from "@bufbuild/protobuf";
import { Button, Stack, Switch, TextInput } from "@mantine/core";
import { NotificationKind, type NotificationPreferences, NotificationPreferencesSchema } from "@trivium/client/proto";
import { useClock } from "@trivium/client/react";
import { useTranslation } from "react-i18next";
import { momentOf, spanOf } from "../model/format";
import classes from "./inbox.module.css";

/** Kinds that can be switched off, with the keys of their names. */
const KINDS = [
  [NotificationKind.MENTION, "inbox.kind.mention"],
  [NotificationKind.REPLY, "inbox.kind.reply"],
  [NotificationKind.MESSAGE, "inbox.kind.message"],
  [NotificationKind.ROOM, "inbox.kind.room"],
  [NotificationKind.HOST, "inbox.kind.host"],
  [NotificationKind.SERVICE, "inbox.kind.service"],
] as const;

const HOUR = 3_600_000;
const QUIET = [HOUR, 8 * HOUR, 24 * HOUR] as const;

interface Props {
  readonly preferences: NotificationPreferences;
  onChange(preferences: NotificationPreferences): void;
}

export function Preferences({ preferences, onChange }: Props) {
  const { t, i18n } = useTranslation("talk");
  const now = useClock().now();
  const { declinedKinds, quietUntilMs, quietFromMinute, quietToMinute } = preferences;
  const set = (change: Partial<NotificationPreferences>) => {
    const { $typeName, $unknown, ...rest } = preferences;
    // The times of day are the reader's own.
    const utcOffsetMinutes = -new Date().getTimezoneOffset();
    onChange(create(NotificationPreferencesSchema, { ...rest, utcOffsetMinutes, ...change }));
  };
  const quiet = Number(quietUntilMs) > now;
  return (
    <Stack gap="sm">
      <h4 className={classes.smallHead}>{t("inbox.hear")}</h4>
      {KINDS.map(([kind, key]) => (
        <Switch
          key={kind}
          size="md"
          label={t(key)}
          checked={!declinedKinds.includes(kind)}
          onChange={(event) =>
            set({
              declinedKinds: event.currentTarget.checked
                ? declinedKinds.filter((each) => each !== kind)
                : [...declinedKinds, kind],
            })
          }
        />
      ))}
      <h4 className={classes.smallHead}>{t("inbox.quiet")}</h4>
      {quiet ? (
        <p className={classes.flat}>
          {t("inbox.quietUntil", { time: momentOf(quietUntilMs, i18n.language) })}{" "}
          <Button size="compact-md" variant="default" onClick={() => set({ quietUntilMs: 0n })}>
            {t("inbox.quietEnd")}
          </Button>
        </p>
      ) : (
        <div className={classes.buttons}>
          {QUIET.map((ms) => (
            <Button
              key={ms}
              size="compact-md"
              variant="default"
              onClick={() => set({ quietUntilMs: BigInt(Math.round(now) + ms) })}
            >
              {spanOf(ms, i18n.language)}
            </Button>
          ))}
        </div>
      )}
      <div className={classes.times}>
        <TextInput
          type="time"
          label={t("inbox.from")}
          value={timeText(quietFromMinute)}
          onChange={(event) => set({ quietFromMinute: minuteOf(event.currentTarget.value) ?? quietFromMinute })}
        />
        <TextInput
          type="time"
          label={t("inbox.to")}
          value={timeText(quietToMinute)}
          onChange={(event) => set({ quietToMinute: minuteOf(event.currentTarget.value) ?? quietToMinute })}
        />
      </div>
      <p className={classes.sub}>{t(quietFromMinute === quietToMinute ? "inbox.everyDayOff" : "inbox.everyDay")}</p>
    </Stack>
  );
}

/** A minute of the day as `HH:MM`. */
export function timeText(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}

/** The minute of the day of `HH:MM`; absent while a field is half filled in. */
export function minuteOf(text: string): number | undefined {
  const [, hours, minutes] = /^(\d\d):(\d\d)/.exec(text) ?? [];
  return hours === undefined || minutes === undefined ? undefined : Number(hours) * 60 + Number(minutes);
}
