// A light for each of the three roads. Browsers cannot speak plain gRPC, and the light says so.
import { useConnection } from "@trivium/client/react";
import { useTranslation } from "react-i18next";
import classes from "./top.module.css";

const ROADS = ["webtransport", "grpc-web"] as const;

export function Lights() {
  const { t } = useTranslation("demo");
  const { roads, road, status } = useConnection(({ roads, road, status }) => ({ roads, road, status }));
  return (
    <ul className={classes.lights} aria-label={t("top.roads")}>
      {ROADS.map((each) => {
        const used = status === "live" && road === each;
        const state = used ? "up" : roads[each].status;
        const trip = roads[each].roundTripMs;
        return (
          <li key={each} className={classes.road} data-status={state} data-used={used || undefined}>
            <span className={classes.light} aria-hidden="true" />
            <span className={classes.roadName}>{t(`road.${each}`)}</span>
            <span className={classes.roadState}>
              {used ? t("light.used") : t(`light.${state}`)}
              {trip !== undefined && state === "up" && ` · ${t("top.ms", { value: Math.max(1, Math.round(trip)) })}`}
            </span>
          </li>
        );
      })}
      <li className={classes.road} data-status="native" title={t("light.nativeHint")}>
        <span className={classes.light} aria-hidden="true" />
        <span className={classes.roadName}>{t("road.grpc")}</span>
        <span className={classes.roadState}>{t("light.native")}</span>
      </li>
    </ul>
  );
}
