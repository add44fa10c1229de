// Somebody's device could not open a message: its author decides whether to send it again, since anybody could ask.
import { Button } from "@mantine/core";
import type { ResendRequest } from "@trivium/client/seal";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { worked } from "../model/commands";
import { nameOf, useTalk } from "../model/talk";
import classes from "./sealed.module.css";

interface Props {
  readonly requests: readonly ResendRequest[];
  onAnswer(request: ResendRequest, agrees: boolean): Promise<void>;
}

export function ResendRequests({ requests, onAnswer }: Props) {
  const { t } = useTranslation("talk");
  const { members, jump } = useTalk();
  const [busy, setBusy] = useState<bigint>();
  const answer = async (request: ResendRequest, agrees: boolean) => {
    setBusy(request.seq);
    await worked(onAnswer(request, agrees));
    setBusy(undefined);
  };
  return requests.map((request) => (
    <div key={String(request.seq)} className={classes.request} role="status">
      <p>{t("sealed.requested", { name: nameOf(members, request.userId), device: request.deviceId.slice(0, 8) })}</p>
      <div className={classes.buttons}>
        <Button size="compact-sm" variant="default" onClick={() => jump(request.messageSeq)}>
          {t("sealed.which")}
        </Button>
        <Button size="compact-sm" loading={busy === request.seq} onClick={() => void answer(request, true)}>
          {t("sealed.sendAgain")}
        </Button>
        <Button size="compact-sm" variant="default" onClick={() => void answer(request, false)}>
          {t("sealed.sendNot")}
        </Button>
      </div>
    </div>
  ));
}
