// How this page is connected, small: the road, the round trip, and whether all is well.
import { useConnection } from "@trivium/client/react";
import { useTranslation } from "react-i18next";
import classes from "./ConnectionChip.module.css";

const NAMES = { webtransport: "WebTransport", "grpc-web": "gRPC-Web" } as const;

/** Needs a session above it. `compact` leaves the name of the road to readers. */
export function ConnectionChip({ compact = false }: { compact?: boolean }) {
  const { t } = useTranslation();
  const { status, road, roundTripMs } = useConnection(({ status, road, roundTripMs }) => ({
    status,
    road,
    roundTripMs: roundTripMs === undefined ? undefined : Math.max(1, Math.round(roundTripMs)),
  }));
  const said = t(`connection.${status}`);
  const name = road === undefined ? said : NAMES[road];
  const full =
    road === undefined || roundTripMs === undefined
      ? said
      : t("connection.full", { status: said, road: name, ms: roundTripMs });
  return (
    <span className={classes.chip} data-status={status} title={full}>
      <span className={classes.light} aria-hidden="true" />
      <span className="visually-hidden">{full}</span>
      {!compact && <span aria-hidden="true">{name}</span>}
      <span className={classes.trip} aria-hidden="true">
        {road !== undefined && roundTripMs !== undefined ? t("connection.roundTrip", { ms: roundTripMs }) : ""}
      </span>
    </span>
  );
}
