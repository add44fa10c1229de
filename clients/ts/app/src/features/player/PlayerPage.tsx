// From a code to a seat: asks for what is missing, takes a kept seat again, and hands over to the game.
//
// Neighbours: `join` asks who somebody is, `Game` is everything after that.
import { Text } from "@mantine/core";
import type { TriviumSession } from "@trivium/client";
import { lazy, Suspense, useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useParams } from "wouter";
import { CodeForm } from "../../components/CodeForm";
import { FocusHeading } from "../../components/FocusHeading";
import { PageFrame } from "../../components/PageFrame";
import { PageLoading } from "../../components/PageLoading";
import { isCode, normalCode, rememberCode } from "../../lib/codes";
import { closeGuest, forgetKeptSeat, guestSession, keptSeat, loadSdk, mayHaveSeat } from "../../lib/guests";
import { useWakeLock } from "../../lib/wake-lock";
import { Gone } from "./Gone";
import { JoinForm, type Person } from "./join/JoinForm";
import type { Door, Refusal } from "./join/refusal";

// The form is there at once; the game and the SDK are loaded while somebody types a name.
const loadGame = () => import("./Game");
const Game = lazy(loadGame);

export function PlayerPage() {
  const { code } = useParams<{ code?: string }>();
  const plain = normalCode(code ?? "");
  return isCode(plain) ? <Seat key={plain} code={plain} /> : <AskCode />;
}

function AskCode() {
  const { t } = useTranslation("player");
  return (
    <PageFrame width="text">
      <div style={{ textAlign: "center", paddingBlock: "8vh" }}>
        <FocusHeading>{t("code.title")}</FocusHeading>
        <Text mb="xl">{t("code.text")}</Text>
        <CodeForm />
      </div>
    </PageFrame>
  );
}

type Step =
  | { readonly at: "asking"; readonly refusal?: Refusal }
  | { readonly at: "coming" }
  | { readonly at: "in"; readonly session: TriviumSession }
  | { readonly at: "gone"; readonly door: Door };

/** One code: its kept seat, or the way to one. */
function Seat({ code }: { code: string }) {
  const [step, setStep] = useState<Step>(() => ({ at: mayHaveSeat(code) ? "coming" : "asking" }));
  const [, navigate] = useLocation();
  useWakeLock(step.at === "in");

  const comeIn = useCallback(
    async (person: Person | undefined) => {
      setStep({ at: "coming" });
      try {
        const session = await guestSession(code, person ?? {});
        rememberCode(code);
        setStep({ at: "in", session });
      } catch (error) {
        const { doorOf, refusalOf } = await import("./join/refusal");
        const door = doorOf(error);
        setStep(door === undefined ? { at: "asking", refusal: refusalOf(error) } : { at: "gone", door });
      }
    },
    [code],
  );
  const startAnew = async () => {
    await closeGuest(code);
    await forgetKeptSeat(code);
    setStep({ at: "asking" });
  };

  const maybeKept = step.at === "coming";
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when the page opens
  useEffect(() => {
    loadGame().catch(() => {});
    loadSdk().catch(() => {});
    if (!maybeKept) return;
    // A kept seat needs no question.
    // Where the SDK cannot be loaded the form is shown; it says why nobody can come in.
    void keptSeat(code)
      .catch(() => undefined)
      .then((seat) => (seat === undefined ? setStep({ at: "asking" }) : comeIn(undefined)));
  }, []);

  switch (step.at) {
    case "coming":
      return <PageLoading />;
    case "asking":
      return <JoinForm code={code} refusal={step.refusal} onJoin={(person) => void comeIn(person)} />;
    case "gone":
      return <Gone door={step.door} onAgain={() => void startAnew()} />;
    case "in":
      return (
        <Suspense fallback={<PageLoading />}>
          <Game
            session={step.session}
            onAgain={() => void startAnew()}
            onLeft={() => {
              void closeGuest(code);
              void forgetKeptSeat(code);
              navigate("/");
            }}
            onTakeBack={async () => {
              await closeGuest(code);
              await comeIn(undefined);
            }}
          />
        </Suspense>
      );
  }
}
