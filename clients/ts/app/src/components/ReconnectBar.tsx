// A bar at the top while the connection is away: it blocks nothing, and says that nothing is lost.
import { useConnection, useSession } from "@trivium/client/react";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./ReconnectBar.module.css";

/** A cut shorter than this is nobody's business. */
const PATIENCE_MS = 700;
const GOOD_NEWS_MS = 2000;

/** `kept` replaces the sentence about what is kept, such as a seat with its points. */
export function ReconnectBar({ kept }: { kept?: ReactNode }) {
  const { t } = useTranslation();
  const session = useSession();
  const status = useConnection((connection) => connection.status);
  const away = status === "reconnecting" || status === "offline";
  const [shown, setShown] = useState<"no" | "away" | "back">("no");
  useEffect(() => {
    if (away) {
      const timer = setTimeout(() => setShown("away"), PATIENCE_MS);
      return () => clearTimeout(timer);
    }
    setShown((before) => (before === "away" ? "back" : "no"));
    const timer = setTimeout(() => setShown("no"), GOOD_NEWS_MS);
    return () => clearTimeout(timer);
  }, [away]);
  return (
    <div className={classes.place} role="status">
      {shown !== "no" && (
        <div className={classes.bar} data-shown={shown}>
          <span>
            {shown === "back"
              ? t("reconnect.back")
              : status === "offline"
                ? t("reconnect.offline")
                : (kept ?? t("reconnect.reconnecting"))}
          </span>
          {shown === "away" && (
            <button type="button" onClick={() => session.networkChanged()}>
              {t("reconnect.now")}
            </button>
          )}
        </div>
      )}
    </div>
  );
}
