// The page of a game: stage, foot with the way in, bar of controls, panels, keys and sounds.
//
// In full screen the bar hides; the mouse or any key brings it back, over the foot, so that the stage never moves.

import { useFullscreenDocument, useIdle } from "@mantine/hooks";
import { useUnread } from "@trivium/client/react";
import { MotionConfig } from "motion/react";
import { lazy, Suspense, useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { ReconnectBar } from "../../../components/ReconnectBar";
import { type Hotkeys, useHotkeys } from "../../../lib/hotkeys";
import { useReducedMotionPref } from "../../../lib/motion";
import { styleNonce } from "../../../lib/nonce";
import { usePreferences } from "../../../lib/preferences";
import { unlockSound } from "../../../lib/sound";
import { useWakeLock } from "../../../lib/wake-lock";
import { type Action, KEYS } from "../model/actions";
import { COMMAND_KEYS, type Command } from "../model/commands";
import { Help } from "../panels/Help";
import { People } from "../panels/People";
import { RemoteCode } from "../panels/RemoteCode";
import { Settings } from "../panels/Settings";
import { AutoAdvance } from "./AutoAdvance";
import { Banner } from "./Banner";
import { ControlBar, type Panel } from "./ControlBar";
import { JoinFooter } from "./JoinFooter";
import classes from "./room.module.css";
import { Stages } from "./Stages";
import { useGame } from "./useGame";
import { useGameSounds } from "./useGameSounds";

const Chat = lazy(() => import("../panels/Chat"));

/** How long the bar stays after the last movement in full screen. */
const IDLE_MS = 3000;

/** The page. */
export function Projector() {
  const { t } = useTranslation("host");
  const game = useGame();
  const reduced = useReducedMotionPref();
  const { fullscreen, toggle } = useFullscreenDocument();
  const idle = useIdle(IDLE_MS, { initialState: false });
  const [panel, setPanel] = useState<Panel>();
  const [userId, setUserId] = useState<string>();
  const [picking, setPicking] = useState(false);
  const { count: unread } = useUnread(game.roomId);
  useGameSounds(game);
  useWakeLock(game.quiz !== undefined && game.stage !== "closed");

  const togglePanel = useCallback((wanted: Panel) => {
    setUserId(undefined);
    setPanel((open) => (open === wanted ? undefined : wanted));
  }, []);
  const command = useCallback(
    (wanted: Command) => {
      switch (wanted) {
        case "mute": {
          const { sound, set } = usePreferences.getState();
          set({ sound: !sound });
          if (!sound) unlockSound();
          return;
        }
        case "fullScreen":
          // A browser that forbids it says so by itself.
          void toggle().catch(() => {});
          return;
        case "chat":
        case "people":
        case "help":
          togglePanel(wanted);
          return;
      }
    },
    [toggle, togglePanel],
  );
  useHotkeys(hotkeys(game.act, command), panel !== "help");
  const close = useCallback(() => setPanel(undefined), []);
  const openMember = useCallback((id: string) => {
    setUserId(id);
    setPanel("people");
  }, []);

  const inRoom = game.stage !== "loading" && game.stage !== "closed";
  return (
    <MotionConfig reducedMotion={reduced ? "always" : "never"} nonce={styleNonce()}>
      <div className={classes.page} data-presenting={fullscreen || undefined}>
        <ReconnectBar kept={t("banner.reconnecting")} />
        <Banner />
        <div className={classes.middle}>
          <main className={classes.stage} data-stage={game.stage}>
            <Stages onMember={openMember} picking={picking} onPicking={setPicking} />
          </main>
          {panel === "chat" && (
            <Suspense>
              <Chat onClose={close} />
            </Suspense>
          )}
          {panel === "people" && <People userId={userId} onUser={setUserId} onClose={close} />}
          {panel === "settings" && <Settings onClose={close} />}
          {panel === "remote" && <RemoteCode onClose={close} />}
        </div>
        <div className={classes.foot}>
          {inRoom && game.stage !== "lobby" && <JoinFooter />}
          <AutoAdvance />
        </div>
        {inRoom && (
          <section
            className={classes.barPlace}
            aria-label={t("bar.label")}
            data-hidden={(fullscreen && idle) || undefined}
          >
            <ControlBar
              panel={panel}
              fullScreen={fullscreen}
              unread={panel === "chat" ? 0 : unread}
              onPanel={togglePanel}
              onCommand={command}
            />
          </section>
        )}
        <Help opened={panel === "help"} onClose={close} />
      </div>
    </MotionConfig>
  );
}

function hotkeys(act: (action: Action) => void, command: (command: Command) => void): Hotkeys {
  const keys: Record<string, () => void> = {};
  for (const [action, key] of Object.entries(KEYS)) {
    if (key !== undefined) keys[key] = () => act(action as Action);
  }
  for (const [name, key] of Object.entries(COMMAND_KEYS)) keys[key] = () => command(name as Command);
  return keys;
}
