// What everybody is told, by how much it matters: a banner each, until it expires, is retracted, or the reader puts it away.
import { ActionIcon } from "@mantine/core";
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconInfoCircle,
  IconUrgent,
  IconX,
  type TablerIcon,
} from "@tabler/icons-react";
import { type Announcement, Severity } from "@trivium/client/proto";
import { useAnnouncements } from "@trivium/client/react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { load, save } from "../../../lib/storage";
import { AWAY, destination } from "../model/links";
import classes from "./inbox.module.css";

/** Most banners at a time; the gravest and newest first. */
const MOST = 3;
/** What was put away on this device: the number of the announcement, by commas. */
const AWAY_KEY = "trivium.talk.announcements";
const KEPT = 50;

const ICONS: Record<Severity, TablerIcon> = {
  [Severity.UNSPECIFIED]: IconInfoCircle,
  [Severity.INFO]: IconInfoCircle,
  [Severity.SUCCESS]: IconCircleCheck,
  [Severity.WARNING]: IconAlertTriangle,
  [Severity.CRITICAL]: IconUrgent,
};

export function Announcements() {
  const { t } = useTranslation("talk");
  const [away, setAway] = useState<readonly string[]>(() => (load(AWAY_KEY) ?? "").split(",").filter(Boolean));
  const shown = useAnnouncements()
    .filter(({ seq }) => !away.includes(String(seq)))
    .sort((a, b) => b.severity - a.severity || Number(b.seq - a.seq))
    .slice(0, MOST);
  if (shown.length === 0) return null;
  const put = (seq: bigint) => {
    const next = [...away, String(seq)].slice(-KEPT);
    setAway(next);
    save(AWAY_KEY, next.join(","));
  };
  return (
    <section className={classes.banners} aria-label={t("announcement.list")}>
      {shown.map((each) => (
        <Banner key={String(each.seq)} announcement={each} onAway={() => put(each.seq)} />
      ))}
    </section>
  );
}

function Banner({ announcement, onAway }: { announcement: Announcement; onAway: () => void }) {
  const { t } = useTranslation("talk");
  const { severity, title, text, link } = announcement;
  const Icon = ICONS[severity];
  const to = destination(link);
  return (
    <div
      className={classes.banner}
      data-severity={Severity[severity].toLowerCase()}
      role={severity === Severity.CRITICAL ? "alert" : "status"}
    >
      <Icon size={22} aria-hidden />
      <p>
        <b dir="auto">{title}</b> {text !== "" && <span dir="auto">{text}</span>}{" "}
        {to !== undefined &&
          ("path" in to ? (
            <a href={to.path}>{t("announcement.more")}</a>
          ) : (
            <a href={to.url} {...AWAY}>
              {t("announcement.more")}
            </a>
          ))}
      </p>
      <ActionIcon size={36} color="gray" aria-label={t("announcement.away", { title })} onClick={onAway}>
        <IconX size={18} aria-hidden />
      </ActionIcon>
    </div>
  );
}
