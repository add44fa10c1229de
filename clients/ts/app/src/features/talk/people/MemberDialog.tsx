// What a host does about one member: mute, remove or ban, with a reason and for how long.
import { Button, Modal, NativeSelect, Stack, TextInput } from "@mantine/core";
import { useRoom } from "@trivium/client/react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCommands } from "../model/commands";
import { DURATIONS, QUICK_MUTE_MS } from "../model/durations";
import { spanOf } from "../model/format";
import classes from "./people.module.css";
import { useDoor } from "./useDoor";

/** Longest reason of the wire. */
const LONGEST = 200;

interface Props {
  readonly roomId: string;
  readonly userId: string;
  readonly onClose: () => void;
}

export function MemberDialog({ roomId, userId, onClose }: Props) {
  const { t } = useTranslation(["talk", "common"]);
  const member = useRoom(roomId, (room) => room.members.get(userId));
  return (
    <Modal
      opened
      onClose={onClose}
      title={member?.nickname ?? userId}
      closeButtonProps={{ "aria-label": t("common:close") }}
    >
      <MemberActions roomId={roomId} userId={userId} onDone={onClose} />
    </Modal>
  );
}

/** The form by itself, for pages that have a place for it. */
export function MemberActions({ roomId, userId, onDone }: { roomId: string; userId: string; onDone: () => void }) {
  const { t, i18n } = useTranslation("talk");
  const member = useRoom(roomId, (room) => room.members.get(userId));
  const door = useDoor(useCommands(roomId));
  const [reason, setReason] = useState("");
  const [durationMs, setDuration] = useState<number>(QUICK_MUTE_MS);
  const [busy, setBusy] = useState<string>();
  if (member === undefined) return <p className={classes.sub}>{t("people.gone")}</p>;
  const run = async (name: string, act: () => Promise<boolean>) => {
    setBusy(name);
    const done = await act();
    setBusy(undefined);
    if (done) onDone();
  };
  const said = reason.trim();
  const muted = member.mute !== undefined;
  return (
    <Stack gap="sm">
      <TextInput
        label={t("people.reason")}
        description={t("people.reasonHint")}
        maxLength={LONGEST}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <NativeSelect
        label={t("people.duration")}
        size="md"
        value={String(durationMs)}
        data={DURATIONS.map((ms) => ({
          value: String(ms),
          label: ms === 0 ? t("people.untilEnded") : spanOf(ms, i18n.language),
        }))}
        onChange={(event) => setDuration(Number(event.currentTarget.value))}
      />
      <div className={classes.buttons}>
        {muted ? (
          <Button
            variant="default"
            loading={busy === "unmute"}
            onClick={() => void run("unmute", () => door.unmute(member))}
          >
            {t("people.unmute")}
          </Button>
        ) : (
          <Button
            variant="default"
            loading={busy === "mute"}
            onClick={() => void run("mute", () => door.mute(member, durationMs, said))}
          >
            {t("people.mute")}
          </Button>
        )}
        <Button
          variant="default"
          loading={busy === "remove"}
          onClick={() => void run("remove", () => door.remove(member, said))}
        >
          {t("people.remove")}
        </Button>
        <Button
          color="red.8"
          loading={busy === "ban"}
          onClick={() => void run("ban", () => door.ban(member, durationMs, said))}
        >
          {t("people.ban")}
        </Button>
      </div>
      <p className={classes.sub}>{t("people.doorHint")}</p>
    </Stack>
  );
}
