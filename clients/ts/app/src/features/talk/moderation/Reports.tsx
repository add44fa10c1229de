// What members have reported, and what is done about it. The reported person is not told who it was.
import { Button, Switch } from "@mantine/core";
import { type Report, ReportReason, ReportResolution } from "@trivium/client/proto";
import { useReports, useRoom } from "@trivium/client/react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCommands } from "../model/commands";
import { momentOf } from "../model/format";
import { nameOf } from "../model/talk";
import { ListFoot } from "./ListFoot";
import classes from "./moderation.module.css";
import { MessageCard } from "./Pending";

const REASONS = {
  [ReportReason.UNSPECIFIED]: "report.other",
  [ReportReason.SPAM]: "report.spam",
  [ReportReason.HARASSMENT]: "report.harassment",
  [ReportReason.INAPPROPRIATE]: "report.inappropriate",
  [ReportReason.SAFETY]: "report.safety",
  [ReportReason.OTHER]: "report.other",
} as const;
const DONE = {
  [ReportResolution.UNSPECIFIED]: "report.open",
  [ReportResolution.DISMISSED]: "report.dismissed",
  [ReportResolution.DELETED]: "report.deleted",
  [ReportResolution.MUTED]: "report.muted",
  [ReportResolution.BANNED]: "report.banned",
} as const;
const ACTIONS = [
  [ReportResolution.DISMISSED, "report.dismiss"],
  [ReportResolution.DELETED, "report.delete"],
  [ReportResolution.MUTED, "report.mute"],
  [ReportResolution.BANNED, "report.ban"],
] as const;

export function Reports({ roomId }: { roomId: string }) {
  const { t } = useTranslation("talk");
  const [all, setAll] = useState(false);
  const reports = useReports(roomId, all);
  return (
    <>
      <Switch label={t("report.all")} checked={all} onChange={(event) => setAll(event.currentTarget.checked)} />
      <ul className={classes.cards}>
        {reports.items.map((report) => (
          <li key={String(report.seq)} className={classes.card}>
            <Card roomId={roomId} report={report} onDone={() => void reports.refresh()} />
          </li>
        ))}
      </ul>
      <ListFoot list={reports} empty={reports.items.length === 0 ? t("report.none") : undefined} />
    </>
  );
}

function Card({ roomId, report, onDone }: { roomId: string; report: Report; onDone: () => void }) {
  const { t, i18n } = useTranslation("talk");
  const members = useRoom(roomId, (room) => room.members);
  const commands = useCommands(roomId);
  const [busy, setBusy] = useState<ReportResolution>();
  const settle = async (resolution: ReportResolution) => {
    setBusy(resolution);
    const done = await commands.resolveReport(report.seq, resolution);
    setBusy(undefined);
    if (done) onDone();
  };
  return (
    <>
      <p className={classes.cardHead}>
        <b>{t(REASONS[report.reason])}</b>
        <span>{t("report.by", { name: nameOf(members, report.reporterId) })}</span>
        <time dateTime={new Date(Number(report.createTimeMs)).toISOString()}>
          {momentOf(report.createTimeMs, i18n.language)}
        </time>
      </p>
      {report.text !== "" && (
        <p className={classes.sample} dir="auto">
          „{report.text}“
        </p>
      )}
      {report.message !== undefined && (
        <blockquote className={classes.quote}>
          <MessageCard message={report.message} />
        </blockquote>
      )}
      {report.resolveTimeMs > 0n ? (
        <p className={classes.hint}>
          {t(DONE[report.resolution])} · {nameOf(members, report.resolverId)}
        </p>
      ) : (
        <div className={classes.row}>
          {ACTIONS.map(([resolution, key]) => (
            <Button
              key={resolution}
              size="compact-md"
              variant={resolution === ReportResolution.DISMISSED ? "filled" : "default"}
              loading={busy === resolution}
              disabled={busy !== undefined && busy !== resolution}
              onClick={() => void settle(resolution)}
            >
              {t(key)}
            </Button>
          ))}
        </div>
      )}
    </>
  );
}
