// How a room is kept in order: its rules, what waits, what was reported, who may not speak, and what was done about it all.
//
// Hosts only. Neighbours: each tab is a file beside this one.
import { Tabs } from "@mantine/core";
import { useRoom } from "@trivium/client/react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { isHost } from "../model/obstacle";
import { Audit } from "./Audit";
import classes from "./moderation.module.css";
import { Pending } from "./Pending";
import { Reports } from "./Reports";
import { RulesTab } from "./RulesTab";
import { Sanctions } from "./Sanctions";

const TABS = ["rules", "pending", "reports", "people", "audit"] as const;
type Tab = (typeof TABS)[number];

export function Moderation({ roomId }: { roomId: string }) {
  const { t } = useTranslation("talk");
  const hosts = useRoom(roomId, ({ me }) => isHost(me));
  return hosts ? <Desk roomId={roomId} /> : <p className={classes.hint}>{t("moderation.hostsOnly")}</p>;
}

/** Begins with what waits, if anything does. */
function Desk({ roomId }: { roomId: string }) {
  const { t } = useTranslation("talk");
  const { pendingCount, reportCount } = useRoom(roomId, ({ moderation }) => moderation);
  const [tab, setTab] = useState<Tab>(pendingCount > 0 ? "pending" : reportCount > 0 ? "reports" : "rules");
  const counts: Partial<Record<Tab, number>> = { pending: pendingCount, reports: reportCount };
  return (
    <Tabs
      value={tab}
      onChange={(value) => setTab(TABS.find((each) => each === value) ?? "rules")}
      keepMounted={false}
      classNames={{
        root: classes.tabs ?? "",
        list: classes.tabList ?? "",
        tab: classes.tab ?? "",
        panel: classes.panel ?? "",
      }}
    >
      <Tabs.List aria-label={t("moderation.title")}>
        {TABS.map((each) => (
          <Tabs.Tab key={each} value={each}>
            {t(`moderation.tab.${each}`)}
            {(counts[each] ?? 0) > 0 && <span className={classes.badge}>{counts[each]}</span>}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {TABS.map((each) => (
        <Tabs.Panel key={each} value={each}>
          {each === tab && <Content tab={each} roomId={roomId} />}
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}

function Content({ tab, roomId }: { tab: Tab; roomId: string }) {
  switch (tab) {
    case "rules":
      return <RulesTab roomId={roomId} />;
    case "pending":
      return <Pending roomId={roomId} />;
    case "reports":
      return <Reports roomId={roomId} />;
    case "people":
      return <Sanctions roomId={roomId} />;
    case "audit":
      return <Audit roomId={roomId} />;
  }
}
