// The game from a seat: hears the room, and draws the screen of the state that the quiz is in.
//
// Neighbours: `screens` has one file per state; `PlayerFrame` is around all of them.
import type { RoomState, TriviumSession } from "@trivium/client";
import { QuizPhase } from "@trivium/client/proto";
import { TriviumProvider, useConnection, useRoom, useSession } from "@trivium/client/react";
import { type ReactNode, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { PageLoading } from "../../components/PageLoading";
import { ReconnectBar } from "../../components/ReconnectBar";
import { preloadRichText } from "../../components/RichText";
import { BarTimer, TimerSpeech } from "../../components/Timer";
import { Gone } from "./Gone";
import { doorOf } from "./join/refusal";
import { showNumber } from "./model/numbers";
import { PlayerFrame } from "./PlayerFrame";
import { Countdown } from "./screens/Countdown";
import { Leaderboard } from "./screens/Leaderboard";
import { Lobby } from "./screens/Lobby";
import { Paused } from "./screens/Paused";
import { Podium } from "./screens/Podium";
import { Question } from "./screens/Question";
import { Read } from "./screens/Read";
import { Reveal } from "./screens/Reveal";
import { useDeparture } from "./useDeparture";
import { useLeave } from "./useLeave";
import { useScore } from "./useScore";

interface Props {
  session: TriviumSession;
  /** Come in anew, with another name. */
  onAgain(): void;
  /** The seat was given up. */
  onLeft(): void;
  /** Another tab has the seat; take it back. */
  onTakeBack(): void;
}

export default function Game({ session, ...ways }: Props) {
  return (
    <TriviumProvider session={session}>
      <Seated {...ways} />
    </TriviumProvider>
  );
}

function Seated({ onAgain, onLeft, onTakeBack }: Omit<Props, "session">) {
  const { t } = useTranslation("player");
  const { seat } = useSession();
  const roomId = seat?.roomId ?? "";
  const room = useRoom(roomId);
  const connection = useConnection(({ status, error }) => ({ status, error }));
  const departure = useDeparture(roomId, room.me?.userId ?? seat?.member.userId ?? "");
  const leave = useLeave(roomId, onLeft);
  const score = useScore(room);
  useEffect(() => {
    void preloadRichText();
  }, []);

  if (room.status === "ended" || departure !== undefined) {
    const door = departure?.door ?? doorOf(room.error) ?? (room.room?.closeTimeMs ? "closed" : "removed");
    return <Gone door={door} message={departure?.message ?? ""} onAgain={onAgain} />;
  }
  if (connection.status === "closed") {
    const door = doorOf(connection.error) ?? "removed";
    return <Gone door={door} onAgain={door === "superseded" ? onTakeBack : onAgain} />;
  }
  if (room.room === undefined) return <PageLoading />;
  const kept = t("frame.kept", { points: showNumber(score?.points ?? 0) });
  return (
    <>
      <ReconnectBar kept={score === undefined ? undefined : kept} />
      <PlayerFrame
        room={room.room}
        me={room.me}
        score={score}
        place={<Place room={room} />}
        phase={QuizPhase[room.quiz?.state.phase ?? QuizPhase.LOBBY]}
        timer={<Clock room={room} />}
        onLeave={leave}
      >
        {room.quiz?.state.paused === true && <Paused remainingMs={room.quiz.state.remainingMs} />}
        <Screen room={room} />
      </PlayerFrame>
    </>
  );
}

function Screen({ room }: { room: RoomState }): ReactNode {
  const { quiz } = room;
  if (quiz === undefined) return <Lobby room={room} />;
  const { prompt } = quiz.state;
  switch (quiz.state.phase) {
    case QuizPhase.UNSPECIFIED:
    case QuizPhase.LOBBY:
      return <Lobby room={room} />;
    case QuizPhase.STARTING:
      return <Countdown quiz={quiz} />;
    case QuizPhase.READING:
      return prompt && <Read key={prompt.index} roomId={room.roomId} quiz={quiz} />;
    case QuizPhase.OPEN:
    case QuizPhase.CLOSED:
      return prompt && <Question key={prompt.index} room={room} quiz={quiz} />;
    case QuizPhase.REVEALED:
      return prompt && <Reveal key={prompt.index} quiz={quiz} userId={room.me?.userId ?? ""} />;
    case QuizPhase.LEADERBOARD:
      return <Leaderboard quiz={quiz} me={room.me} />;
    case QuizPhase.ENDED:
      return <Podium quiz={quiz} me={room.me} />;
  }
}

function Place({ room }: { room: RoomState }) {
  const { t } = useTranslation("player");
  const state = room.quiz?.state;
  const prompt = state?.prompt;
  if (state === undefined || prompt === undefined) return null;
  const words = { n: prompt.index + 1, count: state.questionCount };
  return (
    <>
      <span aria-hidden="true">{t("frame.question", words)}</span>
      <span className="visually-hidden">{t("frame.questionSpoken", words)}</span>
    </>
  );
}

/** The bar and the voice of the running span. */
function Clock({ room }: { room: RoomState }) {
  const state = room.quiz?.state;
  if (state === undefined || state.prompt === undefined) return null;
  const heldMs = state.paused ? state.remainingMs : undefined;
  if (state.phase === QuizPhase.READING) {
    if (state.phaseEndTimeMs === 0n) return null;
    return <BarTimer deadlineMs={state.phaseEndTimeMs} totalMs={state.settings?.readMs || 3000} heldMs={heldMs} />;
  }
  const closed = state.phase === QuizPhase.CLOSED;
  if (state.phase !== QuizPhase.OPEN && !closed) return null;
  const totalMs = state.closeTimeMs === 0n ? 1000 : Number(state.closeTimeMs - state.openTimeMs);
  // Closed early, it stands at nought: the bar stays where it is.
  const timer = { deadlineMs: state.closeTimeMs, totalMs, heldMs: closed ? 0 : heldMs };
  return (
    <>
      <BarTimer {...timer} />
      {!closed && <TimerSpeech {...timer} />}
    </>
  );
}
