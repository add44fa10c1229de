// The same session by other ways: another tab by a road of its own, a second device by its camera, a terminal by gRPC.
import { Button, CopyButton } from "@mantine/core";
import { IconDevices } from "@tabler/icons-react";
import { Role, RoomService } from "@trivium/client/proto";
import { useRoom, useSession } from "@trivium/client/react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { notifyError } from "../../../lib/notify";
import { roomLink, watchCommand } from "../model/links";
import { useOpenRoom } from "../model/open-room";
import type { Panel, PanelProps } from "../model/panels";
import { CodeCard } from "../parts/CodeCard";
import classes from "../parts/lists.module.css";

export const panel: Panel = {
  id: "devices",
  place: "bottom",
  order: 20,
  title: "panel.devices",
  Icon: IconDevices,
  Component: Devices,
};

function Devices({ roomId }: PanelProps) {
  const { t } = useTranslation("demo");
  const { guest } = useOpenRoom();
  const command = watchCommand(roomId);
  return (
    <div className={classes.ways}>
      <SecondDevice roomId={roomId} />
      <ul className={classes.waysList}>
        {!guest &&
          (["webtransport", "grpc-web"] as const).map((road) => (
            <li key={road}>
              <a href={roomLink(roomId, road)} target="_blank" rel="noreferrer">
                {t("devices.tab", { road: t(`road.${road}`) })}
              </a>
            </li>
          ))}
        <li>
          {t("devices.terminal")}
          <code className={classes.command}>{command}</code>
          <CopyButton value={command}>
            {({ copied, copy }) => (
              <Button size="compact-sm" variant="default" onClick={copy}>
                {t(copied ? "devices.copied" : "devices.copy")}
              </Button>
            )}
          </CopyButton>
        </li>
      </ul>
    </div>
  );
}

/** Rooms by code have one already; for others, hosts make an invitation. */
function SecondDevice({ roomId }: PanelProps) {
  const { t } = useTranslation("demo");
  const rooms = useSession().client(RoomService);
  const [busy, setBusy] = useState(false);
  const { code, hosts } = useRoom(roomId, ({ room, invitations, me }) => ({
    code: [...invitations.values()].find(({ role }) => role === Role.MEMBER)?.code ?? (room?.joinCode || undefined),
    hosts: me?.role === Role.HOST || me?.role === Role.CO_HOST,
  }));
  const make = async () => {
    setBusy(true);
    await rooms.createInvitation({ roomId, role: Role.MEMBER }).catch(notifyError);
    setBusy(false);
  };
  if (code === undefined) {
    return hosts ? (
      <Button size="sm" loading={busy} onClick={() => void make()}>
        {t("devices.make")}
      </Button>
    ) : (
      <p className={classes.hint}>{t("devices.ask")}</p>
    );
  }
  return <CodeCard code={code} label={t("devices.camera")} link={t("devices.guest")} />;
}
