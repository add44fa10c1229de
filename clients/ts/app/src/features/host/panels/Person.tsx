// One member: name, team, role, fair time, and the door, which is that of talk.

import { Button, NativeSelect, SegmentedControl, Switch, TextInput } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { type Member, Role, RoomService } from "@trivium/client/proto";
import { type FormEvent, lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { useGame } from "../room/useGame";
import classes from "./panels.module.css";

const MemberActions = lazy(async () => ({ default: (await import("../../talk/hosting")).MemberActions }));

/** Choices of time; `untimed` is none at all. */
const TIMES = ["100", "125", "150", "200", "untimed"] as const;
/** Most wrong options that are taken away here: a question has eight at most. */
const MOST_FEWER = 3;

/** The page. */
export function Person({ member, onBack }: { member: Member; onBack: () => void }) {
  const { t } = useTranslation("host");
  const { roomId, room, run, session } = useGame();
  const rooms = session.client(RoomService);
  const self = member.userId === room.me?.userId;
  const update = async (change: Parameters<typeof rooms.updateMember>[0]) => {
    if (await run(() => rooms.updateMember({ ...change, roomId, userId: member.userId })))
      toast.success(t("people.saved"));
  };
  return (
    <>
      <Button variant="subtle" leftSection={<IconArrowLeft size={18} aria-hidden />} onClick={onBack} justify="start">
        {t("people.back")}
      </Button>
      <Rename member={member} onSave={(nickname) => update({ nickname })} />
      {(room.room?.teams.length ?? 0) > 0 && (
        <NativeSelect
          label={t("people.team")}
          size="md"
          value={member.team}
          data={[{ value: "", label: t("lobby.noTeam") }, ...(room.room?.teams ?? [])]}
          onChange={(event) => void update({ team: event.currentTarget.value })}
        />
      )}
      {member.role !== Role.HOST && room.me?.role === Role.HOST && (
        <NativeSelect
          label={t("people.role")}
          size="md"
          value={String(member.role)}
          data={[
            { value: String(Role.MEMBER), label: t("people.roleMember") },
            { value: String(Role.CO_HOST), label: t("people.roleCoHost") },
            { value: String(Role.OBSERVER), label: t("people.roleObserver") },
          ]}
          onChange={(event) => void update({ role: Number(event.currentTarget.value) })}
        />
      )}
      {member.role === Role.MEMBER && <Fairness member={member} onSave={update} />}
      {!self && member.role < Role.CO_HOST && (
        <section className={classes.section} aria-label={t("people.door")}>
          <h3>{t("people.door")}</h3>
          <Suspense>
            <MemberActions roomId={roomId} userId={member.userId} onDone={onBack} />
          </Suspense>
        </section>
      )}
    </>
  );
}

function Rename({ member, onSave }: { member: Member; onSave: (nickname: string) => Promise<void> }) {
  const { t } = useTranslation("host");
  const [name, setName] = useState(member.nickname);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wanted = name.trim();
    if (wanted !== "" && wanted !== member.nickname) void onSave(wanted);
  };
  return (
    <form onSubmit={submit} className={classes.write}>
      <TextInput
        label={t("people.newName")}
        value={name}
        maxLength={40}
        style={{ flex: 1 }}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Button type="submit" variant="default">
        {t("people.rename")}
      </Button>
    </form>
  );
}

interface FairnessProps {
  readonly member: Member;
  readonly onSave: (change: {
    accommodations: Omit<NonNullable<Member["accommodations"]>, "$typeName">;
  }) => Promise<void>;
}

function Fairness({ member, onSave }: FairnessProps) {
  const { t } = useTranslation("host");
  const { timePercent = 0, untimed = false, fewerOptions = 0, excused = false } = member.accommodations ?? {};
  const now = { timePercent, untimed, fewerOptions, excused };
  const time = untimed ? "untimed" : (TIMES.find((choice) => choice === String(timePercent)) ?? "100");
  return (
    <section className={classes.section}>
      <h3>{t("people.accommodations")}</h3>
      <p className={classes.hint}>{t("people.accommodationsHint")}</p>
      <NativeSelect
        label={t("people.time")}
        size="md"
        value={time}
        data={TIMES.map((value) => ({
          value,
          label: t(value === "untimed" ? "people.untimed" : `people.time${value}`),
        }))}
        onChange={(event) => {
          const choice = event.currentTarget.value;
          const given =
            choice === "untimed" ? { timePercent: 0, untimed: true } : { timePercent: Number(choice), untimed: false };
          void onSave({ accommodations: { ...now, ...given } });
        }}
      />
      <div>
        <p className={classes.hint} id="fewer-options">
          {t("people.fewer")}
        </p>
        <SegmentedControl
          fullWidth
          size="md"
          aria-labelledby="fewer-options"
          value={String(Math.min(fewerOptions, MOST_FEWER))}
          data={Array.from({ length: MOST_FEWER + 1 }, (_, n) => String(n))}
          onChange={(value) => void onSave({ accommodations: { ...now, fewerOptions: Number(value) } })}
        />
      </div>
      <Switch
        size="md"
        label={t("people.excused")}
        checked={excused}
        onChange={(event) => void onSave({ accommodations: { ...now, excused: event.currentTarget.checked } })}
      />
    </section>
  );
}
