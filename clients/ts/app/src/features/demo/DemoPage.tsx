// The page: a bar with the state of the wire, then the panels of model/panels in columns, or in tabs where there is no room.
import { Tabs } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useSession } from "@trivium/client/react";
import { useCallback, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "wouter";
import { FocusHeading } from "../../components/FocusHeading";
import { PageFrame } from "../../components/PageFrame";
import { ReconnectBar } from "../../components/ReconnectBar";
import { Announcements } from "../talk/inbox/Announcements";
import { NotificationToasts } from "../talk/inbox/NotificationToasts";
import { OpenRoom } from "./model/open-room";
import { type Panel, PLACES, type Place, panelsOf } from "./model/panels";
import { useGoThere } from "./model/useGoThere";
import { wireOf } from "./model/wire";
import classes from "./parts/demo.module.css";
import { PanelBox } from "./parts/PanelBox";
import { TopBar } from "./top/TopBar";

interface Props {
  /** Who is here. */
  readonly name: string;
  /** Whether it is the local operator. */
  readonly operator?: boolean;
  /** The code by which a guest came in. */
  readonly code?: string;
}

/** Needs a session above it. */
export function DemoPage({ name, operator = false, code }: Props) {
  const { t } = useTranslation("demo");
  const session = useSession();
  const [search, setSearch] = useSearchParams();
  const wide = useMediaQuery("(min-width: 64em)", true, { getInitialValueInEffect: false });
  const roomId = session.seat?.roomId ?? search.get("room") ?? "";
  const road = search.get("road");
  useEffect(() => wireOf(session).start(), [session]);
  useEffect(() => {
    if (road === "webtransport" || road === "grpc-web") session.switchRoad(road);
  }, [session, road]);
  const guest = code !== undefined;
  const open = useCallback(
    (id: string, seq = 0n) => setSearch(id === "" ? {} : { room: id, ...(seq > 0n ? { message: String(seq) } : {}) }),
    [setSearch],
  );
  const message = search.get("message") ?? "";
  const target = useMemo(() => (/^\d{1,18}$/.test(message) ? { seq: BigInt(message) } : undefined), [message]);
  const place = useMemo(() => ({ roomId, target, open, guest }), [roomId, target, open, guest]);
  return (
    <OpenRoom value={place}>
      <PageFrame width="full">
        <ReconnectBar kept={t("kept")} />
        <div className={classes.demo} data-wide={wide || undefined}>
          <FocusHeading hidden>{t("title")}</FocusHeading>
          <TopBar name={name} operator={operator} wide={wide} />
          {!guest && <News roomId={roomId} />}
          {wide ? <Columns roomId={roomId} /> : <Phone roomId={roomId} />}
        </div>
      </PageFrame>
    </OpenRoom>
  );
}

/** What concerns the account wherever it is: announcements, and toasts of what has just come. */
function News({ roomId }: { roomId: string }) {
  return (
    <>
      <Announcements />
      <NotificationToasts roomId={roomId} onOpen={useGoThere()} />
    </>
  );
}

function Columns({ roomId }: { roomId: string }) {
  return (
    <div className={classes.columns}>
      <div className={classes.left}>
        {panelsOf("left").map((panel) => (
          <PanelBox key={panel.id} panel={panel} roomId={roomId} />
        ))}
      </div>
      {(["middle", "right", "bottom"] as const).map((place) => (
        <div key={place} className={classes[place]}>
          <PanelTabs place={place} roomId={roomId} />
        </div>
      ))}
    </div>
  );
}

/** Several panels in one place: a tab each. */
function PanelTabs({ place, roomId }: { place: Place; roomId: string }) {
  const { t } = useTranslation("demo");
  const panels = panelsOf(place);
  const [shown, setShown] = useState(panels[0]?.id ?? "");
  const [first] = panels;
  if (panels.length === 1 && first !== undefined) return <PanelBox panel={first} roomId={roomId} />;
  return (
    <Tabs
      value={shown}
      onChange={(value) => setShown(value ?? "")}
      keepMounted={false}
      classNames={{ root: classes.tabs, list: classes.tabList, panel: classes.tabPanel, tab: classes.tab }}
    >
      <Tabs.List aria-label={t(`place.${place}`)}>
        {panels.map((panel) => (
          <Tabs.Tab key={panel.id} value={panel.id} leftSection={<panel.Icon size={18} aria-hidden />}>
            {t(panel.title)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {panels.map((panel) => (
        <Tabs.Panel key={panel.id} value={panel.id}>
          {panel.id === shown && <PanelBox panel={panel} roomId={roomId} bare />}
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}

/** One place at a time. */
function Phone({ roomId }: { roomId: string }) {
  const { t } = useTranslation("demo");
  const [shown, setShown] = useState<Place>(roomId === "" ? "left" : "middle");
  // Whoever has just opened a room wants to see it.
  useEffect(() => setShown(roomId === "" ? "left" : "middle"), [roomId]);
  return (
    <Tabs
      value={shown}
      onChange={(value) => setShown(PLACES.find((place) => place === value) ?? "middle")}
      keepMounted={false}
      classNames={{ root: classes.phone, list: classes.phoneList, panel: classes.phonePanel, tab: classes.phoneTab }}
    >
      <Tabs.List grow aria-label={t("places")}>
        {PLACES.map((place) => (
          <Tabs.Tab key={place} value={place}>
            {t(`place.${place}`)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {PLACES.map((place) => (
        <Tabs.Panel key={place} value={place}>
          {place === shown && <PhonePlace panels={panelsOf(place)} place={place} roomId={roomId} />}
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}

function PhonePlace({ panels, place, roomId }: { panels: readonly Panel[]; place: Place; roomId: string }) {
  return place === "left" ? (
    panels.map((panel) => <PanelBox key={panel.id} panel={panel} roomId={roomId} />)
  ) : (
    <PanelTabs place={place} roomId={roomId} />
  );
}
