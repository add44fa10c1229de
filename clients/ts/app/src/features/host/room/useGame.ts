// The game in a room as the host's screens need it: state, stage, and actions of which one runs at a time.
//
// Neighbours: `../model` has the rules; `carryOut` the commands; every screen and control below reads this by context.

import type { RoomState, TriviumSession } from "@trivium/client";
import { type QuizState, Role } from "@trivium/client/proto";
import { useRoom, useSession } from "@trivium/client/react";
import { createContext, useCallback, useContext, useMemo, useRef, useState } from "react";
import { type Action, possible } from "../model/actions";
import { nextTurn, type Stage, stageOf } from "../model/stage";
import { carryOut } from "./carryOut";
import { showFailure } from "./failure";
import { useTurn } from "./useTurn";

/** The game in a room. */
export interface Game {
  readonly session: TriviumSession;
  readonly roomId: string;
  readonly room: RoomState;
  readonly quiz: QuizState | undefined;
  readonly stage: Stage;
  /** Whether the caller runs the game; others look on. */
  readonly hosts: boolean;
  /** Whether a command is under way. */
  readonly busy: boolean;
  readonly hideLeaderboard: boolean;
  setHideLeaderboard(hide: boolean): void;
  can(action: Action): boolean;
  /** Carries an action out, if it is possible and none is under way. */
  act(action: Action): void;
  /** Runs any other command with the same lock, and tells whether it worked. */
  run(command: () => Promise<unknown>): Promise<boolean>;
}

const GameContext = createContext<Game | undefined>(undefined);

/** Hands the game to the screens and controls inside. */
export const GameProvider = GameContext.Provider;

/** The game. */
export function useGame(): Game {
  const game = useContext(GameContext);
  if (!game) throw new Error("useGame outside of GameProvider");
  return game;
}

/** The game in a room, for `GameProvider`. */
export function useGameOf(roomId: string): Game {
  const session = useSession();
  const room = useRoom(roomId);
  const quiz = room.quiz?.state;
  const nowMs = useTurn(session.clock, nextTurn(quiz, session.clock.now()));
  const stage = stageOf(room, nowMs);
  const [hideLeaderboard, setHideLeaderboard] = useState(false);
  const [busy, setBusy] = useState(false);
  const running = useRef(false);
  const hosts = room.me !== undefined && room.me.role >= Role.CO_HOST;

  const run = useCallback(async (command: () => Promise<unknown>) => {
    if (running.current) return false;
    running.current = true;
    setBusy(true);
    try {
      await command();
      return true;
    } catch (error) {
      showFailure(error);
      return false;
    } finally {
      running.current = false;
      setBusy(false);
    }
  }, []);
  const can = useCallback(
    (action: Action) => hosts && room.status === "live" && possible(quiz, action),
    [hosts, room.status, quiz],
  );
  const act = useCallback(
    (action: Action) => {
      if (can(action)) void run(() => carryOut(session, room, action, hideLeaderboard));
    },
    [can, run, session, room, hideLeaderboard],
  );
  return useMemo(
    () => ({ session, roomId, room, quiz, stage, hosts, busy, hideLeaderboard, setHideLeaderboard, can, act, run }),
    [session, roomId, room, quiz, stage, hosts, busy, hideLeaderboard, can, act, run],
  );
}
