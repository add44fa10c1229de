// Safety numbers with everybody in a conversation, and the devices behind them.
import { useSealing } from "@trivium/client/seal/react";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { worked } from "../model/commands";
import { nameOf, useTalk } from "../model/talk";
import { useLoaded } from "../model/useLoaded";
import { Pane } from "../panes/Pane";
import { Devices } from "./Devices";
import { SafetyNumber } from "./SafetyNumber";
import classes from "./sealed.module.css";

export function Safety({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("talk");
  const { members, ownId } = useTalk();
  const others = [...members.keys()].filter((userId) => userId !== ownId);
  return (
    <Pane title={t("sealed.safetyTitle")} onClose={onClose}>
      <div className={classes.scroll}>
        {others.map((userId) => (
          <NumberWith key={userId} userId={userId} name={nameOf(members, userId)} />
        ))}
        <h4 className={classes.smallHead}>{t("sealed.ownDevices")}</h4>
        <Devices userId={ownId} />
      </div>
    </Pane>
  );
}

function NumberWith({ userId, name }: { userId: string; name: string }) {
  const { t } = useTranslation("talk");
  const { users, safetyNumber, setVerified, refresh } = useSealing();
  const user = users.get(userId);
  const load = useCallback(async () => {
    await refresh([userId]);
    return { number: await safetyNumber(userId) };
  }, [refresh, safetyNumber, userId]);
  const { value, failure } = useLoaded(load, user?.devices);
  if (failure !== undefined) return <p className={classes.hint}>{failure}</p>;
  if (value === undefined) return <p className={classes.hint}>{t("sealed.opening")}</p>;
  return (
    <>
      <SafetyNumber
        name={name}
        number={value.number}
        verified={user?.verified ?? false}
        onVerified={(verified) => void worked(setVerified(userId, verified))}
      />
      <Devices userId={userId} />
    </>
  );
}
