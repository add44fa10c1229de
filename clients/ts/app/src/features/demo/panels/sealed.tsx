// Private conversations: this device, and how to begin one. The conversations themselves are among the rooms.
import { Button } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import { useConnection, useRoom } from "@trivium/client/react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { NewConversation } from "../../talk/conversations/NewConversation";
import { useOpenRoom } from "../model/open-room";
import type { Panel, PanelProps } from "../model/panels";
import classes from "../parts/lists.module.css";

export const panel: Panel = {
  id: "sealed",
  place: "right",
  order: 18,
  title: "panel.sealed",
  Icon: IconLock,
  Component: Sealed,
};

const OwnDevices = lazy(() => import("../../talk/sealed/OwnDevices"));

function Sealed({ roomId }: PanelProps) {
  const { t } = useTranslation("talk");
  const { guest, open } = useOpenRoom();
  const { members, ownId } = useRoom(roomId, ({ members, me }) => ({ members, ownId: me?.userId ?? "" }));
  const userId = useConnection((connection) => connection.userId);
  const [beginning, setBeginning] = useState(false);
  if (guest) return <p className={classes.hint}>{t("sealed.guest")}</p>;
  return (
    <div className={classes.stack}>
      <p className={classes.hint}>{t("sealed.panelHint")}</p>
      <Button size="sm" onClick={() => setBeginning(true)}>
        {t("sealed.begin")}
      </Button>
      {userId !== "" && (
        <Suspense>
          <OwnDevices />
        </Suspense>
      )}
      {beginning && (
        <NewConversation
          sealed
          people={[...members.values()].filter((each) => each.userId !== ownId && !each.guest)}
          onClose={() => setBeginning(false)}
          onOpened={open}
        />
      )}
    </div>
  );
}
