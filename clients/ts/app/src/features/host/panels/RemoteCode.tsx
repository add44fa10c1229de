// A second code for the host's phone: it comes in as co-host and runs the game from there.

import { Button } from "@mantine/core";
import { type Invitation, Role, RoomService } from "@trivium/client/proto";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { displayCode } from "../../../lib/codes";
import { QrCode } from "../lobby/JoinPanel";
import { joinHost, remoteUrl } from "../model/join";
import { useGame } from "../room/useGame";
import classes from "./panels.module.css";
import { SidePanel } from "./SidePanel";

/** The panel. A code is made when it is asked for, and taken back when the panel closes unused. */
export function RemoteCode({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("host");
  const { roomId, room, run, session, busy } = useGame();
  const [invitation, setInvitation] = useState<Invitation>();
  const [coHosts, setCoHosts] = useState<ReadonlySet<string>>(new Set());
  const rooms = session.client(RoomService);
  const present = [...room.members.values()].filter((member) => member.role === Role.CO_HOST);
  const used = invitation !== undefined && present.some((member) => !coHosts.has(member.userId));
  const make = async () => {
    setCoHosts(new Set(present.map((member) => member.userId)));
    await run(async () => setInvitation((await rooms.createInvitation({ roomId, role: Role.CO_HOST })).invitation));
  };
  const code = invitation?.code;
  useEffect(() => {
    if (code === undefined) return;
    // Taking back what was used up is no error, and a failure leaves a code that ends by itself.
    return () => void rooms.revokeInvitation({ roomId, code }).catch(() => {});
  }, [rooms, roomId, code]);
  return (
    <SidePanel title={t("remote.heading")} onClose={onClose}>
      <p>{t("remote.hint")}</p>
      {code === undefined ? (
        <Button loading={busy} onClick={() => void make()}>
          {t("remote.make")}
        </Button>
      ) : used ? (
        <p role="status">
          <strong>{t("remote.used")}</strong>
        </p>
      ) : (
        <>
          <div className={classes.remoteQr}>
            <QrCode url={remoteUrl(code)} label={t("remote.qr", { url: remoteUrl(code) })} />
          </div>
          <p className={classes.hint}>{t("remote.code", { url: `${joinHost()}/remote` })}</p>
          <p className={classes.remoteCode}>{displayCode(code)}</p>
          <p className={classes.hint}>{t("remote.expires")}</p>
          <Button variant="default" loading={busy} onClick={() => void make()}>
            {t("remote.renew")}
          </Button>
        </>
      )}
    </SidePanel>
  );
}
