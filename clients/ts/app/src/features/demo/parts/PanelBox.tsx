// The frame of a panel: its name, and a word where it waits for a room. What breaks in it breaks nothing else.
import { useTranslation } from "react-i18next";
import { ErrorBoundary } from "../../../components/ErrorBoundary";
import type { Panel } from "../model/panels";
import classes from "./demo.module.css";

interface Props {
  readonly panel: Panel;
  readonly roomId: string;
  /** Without the name, which a tab shows already. */
  readonly bare?: boolean;
}

export function PanelBox({ panel, roomId, bare = false }: Props) {
  const { t } = useTranslation("demo");
  const { Component, Icon } = panel;
  return (
    <section className={classes.panel} data-panel={panel.id} aria-label={t(panel.title)}>
      {!bare && (
        <h2 className={classes.panelTitle}>
          <Icon size={20} aria-hidden /> {t(panel.title)}
        </h2>
      )}
      <ErrorBoundary>
        {roomId === "" && !panel.roomless ? (
          <p className={classes.hint}>{t("noRoom")}</p>
        ) : (
          <Component key={roomId} roomId={roomId} />
        )}
      </ErrorBoundary>
    </section>
  );
}
