// Results of a game at `/results/:roomId`: for hosts by their account, for players by the seat that this device still has.
import type { TriviumSession } from "@trivium/client";
import { TriviumProvider } from "@trivium/client/react";
import { useEffect, useState } from "react";
import { useParams } from "wouter";
import { PageLoading } from "../../components/PageLoading";
import { registerNamespace } from "../../i18n";
import { recentCodes } from "../../lib/codes";
import { guestSession, keptSeat } from "../../lib/guests";
import { AccountSession } from "../../lib/sessions";
import de from "./de.json";
import en from "./en.json";
import { ResultsPage } from "./ResultsPage";

registerNamespace("results", { en, de });

/** The page. */
export default function Results() {
  const { roomId = "" } = useParams<{ roomId: string }>();
  return <Found key={roomId} roomId={roomId} />;
}

interface Guest {
  readonly code: string;
  readonly session: TriviumSession;
}

function Found({ roomId }: { roomId: string }) {
  const [guest, setGuest] = useState<Guest | "none">();
  useEffect(() => {
    let gone = false;
    void guestIn(roomId).then((found) => {
      if (!gone) setGuest(found ?? "none");
    });
    return () => {
      gone = true;
    };
  }, [roomId]);
  if (guest === undefined) return <PageLoading />;
  if (guest === "none") {
    return (
      <AccountSession>
        <ResultsPage roomId={roomId} back={`/host/${roomId}`} />
      </AccountSession>
    );
  }
  return (
    <TriviumProvider session={guest.session}>
      <ResultsPage roomId={roomId} back={`/play/${guest.code}`} />
    </TriviumProvider>
  );
}

/** The guest of this device who has a seat in the room, if there is one. */
async function guestIn(roomId: string): Promise<Guest | undefined> {
  for (const code of recentCodes()) {
    const seat = await keptSeat(code);
    if (seat?.roomId !== roomId) continue;
    const session = await guestSession(code, {}).catch(() => undefined);
    return session === undefined ? undefined : { code, session };
  }
  return undefined;
}
