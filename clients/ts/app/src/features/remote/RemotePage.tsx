// Comes in by the code of an invitation, or asks for one.
//
// Neighbours: `Panel` is the remote itself; `Enter` the form.

import type { TriviumSession } from "@trivium/client";
import { TriviumProvider } from "@trivium/client/react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useSearch } from "wouter";
import { PageLoading } from "../../components/PageLoading";
import { isCode, normalCode } from "../../lib/codes";
import { guestSession } from "../../lib/guests";
import { sentence } from "../host/room/failure";
import { GameProvider, useGameOf } from "../host/room/useGame";
import { Enter } from "./Enter";
import { Panel } from "./Panel";

/** The page. */
export function RemotePage() {
  const code = normalCode(new URLSearchParams(useSearch()).get("code") ?? "");
  const [, go] = useLocation();
  const [failure, setFailure] = useState<string>();
  const enter = (typed: string) => {
    setFailure(undefined);
    go(`/remote?code=${normalCode(typed)}`, { replace: true });
  };
  if (!isCode(code) || failure !== undefined) return <Enter failure={failure} onCode={enter} />;
  return <Entered key={code} code={code} onFailure={setFailure} />;
}

function Entered({ code, onFailure }: { code: string; onFailure: (text: string) => void }) {
  const { t } = useTranslation("remote");
  const [session, setSession] = useState<TriviumSession>();
  useEffect(() => {
    let gone = false;
    guestSession(code, { nickname: t("nickname") }).then(
      (fresh) => {
        if (!gone) setSession(fresh);
      },
      (error: unknown) => {
        if (!gone) onFailure(sentence(error) ?? t("refused"));
      },
    );
    return () => {
      gone = true;
    };
  }, [code, onFailure, t]);
  if (!session) return <PageLoading />;
  const roomId = session.seat?.roomId;
  if (roomId === undefined) return <PageLoading />;
  return (
    <TriviumProvider session={session}>
      <Room roomId={roomId} />
    </TriviumProvider>
  );
}

function Room({ roomId }: { roomId: string }) {
  const game = useGameOf(roomId);
  return (
    <GameProvider value={game}>
      <Panel />
    </GameProvider>
  );
}
