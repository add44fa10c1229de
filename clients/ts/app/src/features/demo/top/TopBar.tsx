// The state of the wire: who is here, which roads there are, how far the server is, and buttons that break things on purpose.
import { Button, SegmentedControl } from "@mantine/core";
import { IconPlugConnectedX, IconWifiOff } from "@tabler/icons-react";
import { useConnection, useSession } from "@trivium/client/react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ConnectionChip } from "../../../components/ConnectionChip";
import { Lights } from "./Lights";
import classes from "./top.module.css";

/** How long "offline" lasts, in milliseconds. */
const AWAY_MS = 10_000;
const ROADS = ["auto", "webtransport", "grpc-web"] as const;

interface Props {
  readonly name: string;
  readonly operator: boolean;
  /** Where there is no room for it, the rest is behind the name. */
  readonly wide: boolean;
}

export function TopBar({ name, operator, wide }: Props) {
  const { t } = useTranslation("demo");
  const rest = (
    <>
      <Lights />
      <Numbers />
      <Faults />
    </>
  );
  return (
    <section className={classes.top} aria-label={t("top.label")} data-wide={wide || undefined}>
      {wide ? (
        <>
          <Who name={name} operator={operator} />
          {rest}
        </>
      ) : (
        <details className={classes.details}>
          <summary>
            <Who name={name} operator={operator} />
            <ConnectionChip />
          </summary>
          <div className={classes.rest}>{rest}</div>
        </details>
      )}
    </section>
  );
}

function Who({ name, operator }: { name: string; operator: boolean }) {
  const { t } = useTranslation(["demo", "common"]);
  return (
    <span className={classes.who}>
      <bdi>{name || t("top.nobody")}</bdi>
      {operator && (
        <span className={classes.badge} title={t("common:identity.operatorHint")}>
          {t("common:identity.operator")}
        </span>
      )}
    </span>
  );
}

function Numbers() {
  const { t, i18n } = useTranslation("demo");
  const connection = useConnection();
  const show = (value: number | undefined, digits = 0) =>
    value === undefined || !Number.isFinite(value)
      ? "–"
      : value.toLocaleString(i18n.language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const sign = (connection.offsetMs ?? 0) > 0 ? "+" : "";
  const numbers = [
    [t("top.roundTrip"), t("top.ms", { value: show(connection.roundTripMs) })],
    [
      t("top.offset"),
      t("top.offsetMs", { value: `${sign}${show(connection.offsetMs, 1)}`, error: show(connection.clockErrorMs, 1) }),
    ],
    [t("top.rate"), show(connection.messagesPerSecond, 1)],
    [t("top.reconnects"), show(connection.reconnects)],
    [t("top.pending"), show(connection.pending)],
  ] as const;
  return (
    <dl className={classes.numbers}>
      {numbers.map(([term, value]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Faults() {
  const { t } = useTranslation("demo");
  const session = useSession();
  const live = useConnection((connection) => connection.status === "live");
  const [road, setRoad] = useState<(typeof ROADS)[number]>("auto");
  return (
    <div className={classes.faults}>
      <Button
        size="sm"
        variant="default"
        leftSection={<IconPlugConnectedX size={18} aria-hidden />}
        disabled={!live}
        onClick={() => session.cut()}
      >
        {t("top.cut")}
      </Button>
      <Button
        size="sm"
        variant="default"
        leftSection={<IconWifiOff size={18} aria-hidden />}
        disabled={!live}
        onClick={() => session.goOffline(AWAY_MS)}
      >
        {t("top.offline", { seconds: AWAY_MS / 1000 })}
      </Button>
      <SegmentedControl
        aria-label={t("top.switch")}
        className={classes.switch}
        size="sm"
        value={road}
        data={ROADS.map((value) => ({ value, label: t(`road.${value}`) }))}
        onChange={(value) => {
          const to = ROADS.find((each) => each === value) ?? "auto";
          setRoad(to);
          session.switchRoad(to);
        }}
      />
    </div>
  );
}
