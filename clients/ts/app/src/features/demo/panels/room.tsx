// The open room: its settings for hosts, its codes, and a QR code for whoever is to come in.
import { Button, Select, Switch, TextInput } from "@mantine/core";
import { IconSettings } from "@tabler/icons-react";
import { type Invitation, Role, RoomService } from "@trivium/client/proto";
import { useRoom, useSession } from "@trivium/client/react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { displayCode } from "../../../lib/codes";
import { notifyError } from "../../../lib/notify";
import type { Panel, PanelProps } from "../model/panels";
import { CodeCard } from "../parts/CodeCard";
import classes from "../parts/lists.module.css";

export const panel: Panel = {
  id: "room",
  place: "right",
  order: 10,
  title: "panel.room",
  Icon: IconSettings,
  Component: RoomSettings,
};

const SWITCHES = ["chatEnabled", "locked", "lateJoin"] as const;
const INVITED = [Role.MEMBER, Role.CO_HOST, Role.OBSERVER] as const;
const ROLE_KEY = {
  [Role.MEMBER]: "role.member",
  [Role.CO_HOST]: "role.coHost",
  [Role.OBSERVER]: "role.observer",
} as const;

function RoomSettings({ roomId }: PanelProps) {
  const { t } = useTranslation("demo");
  const { room, hosts } = useRoom(roomId, ({ room, me }) => ({
    room,
    hosts: me?.role === Role.HOST || me?.role === Role.CO_HOST,
  }));
  const rooms = useSession().client(RoomService);
  const [title, setTitle] = useState<string>();
  if (room === undefined) return null;
  const update = (change: object) => void rooms.updateRoom({ roomId, ...change }).catch(notifyError);
  return (
    <div className={classes.stack}>
      {hosts ? (
        <>
          <TextInput
            label={t("room.title")}
            maxLength={120}
            value={title ?? room.title}
            onChange={(event) => setTitle(event.currentTarget.value)}
            onBlur={() => {
              const fresh = title?.trim() ?? "";
              setTitle(undefined);
              if (fresh !== "" && fresh !== room.title) update({ title: fresh });
            }}
          />
          {SWITCHES.map((name) => (
            <Switch
              key={name}
              size="md"
              label={t(`room.${name}`)}
              checked={room[name]}
              onChange={(event) => update({ [name]: event.currentTarget.checked })}
            />
          ))}
        </>
      ) : (
        <p className={classes.hint}>{t("room.members")}</p>
      )}
      {room.joinCode !== "" && <CodeCard code={room.joinCode} label={t("room.code")} link={t("room.open")} />}
      {hosts && <Invitations roomId={roomId} />}
    </div>
  );
}

function Invitations({ roomId }: { roomId: string }) {
  const { t } = useTranslation("demo");
  const rooms = useSession().client(RoomService);
  const invitations = useRoom(roomId, (room) => room.invitations);
  const [role, setRole] = useState<(typeof INVITED)[number]>(Role.MEMBER);
  const [busy, setBusy] = useState(false);
  const invite = async () => {
    setBusy(true);
    await rooms.createInvitation({ roomId, role }).catch(notifyError);
    setBusy(false);
  };
  return (
    <>
      <div className={classes.code}>
        <Select
          size="md"
          aria-label={t("room.as")}
          allowDeselect={false}
          value={String(role)}
          data={INVITED.map((each) => ({ value: String(each), label: t(ROLE_KEY[each]) }))}
          onChange={(value) => setRole(INVITED.find((each) => String(each) === value) ?? Role.MEMBER)}
        />
        <Button size="sm" loading={busy} onClick={() => void invite()}>
          {t("room.invite")}
        </Button>
      </div>
      {[...invitations.values()].map((invitation) => (
        <InvitationCard key={invitation.code} invitation={invitation} roomId={roomId} />
      ))}
    </>
  );
}

function InvitationCard({ invitation, roomId }: { invitation: Invitation; roomId: string }) {
  const { t } = useTranslation("demo");
  const rooms = useSession().client(RoomService);
  const role = INVITED.find((each) => each === invitation.role) ?? Role.MEMBER;
  const { code, uses, maxUses } = invitation;
  return (
    <div>
      <CodeCard
        code={code}
        label={t("room.invitation", { role: t(ROLE_KEY[role]), uses, most: maxUses })}
        link={t("room.open")}
      />
      <Button
        size="compact-sm"
        variant="subtle"
        aria-label={t("room.revokeCode", { code: displayCode(code) })}
        onClick={() => void rooms.revokeInvitation({ roomId, code }).catch(notifyError)}
      >
        {t("room.revoke")}
      </Button>
    </div>
  );
}
