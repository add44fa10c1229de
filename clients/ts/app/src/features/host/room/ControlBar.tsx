// The host's controls in one slim bar. Every button has a key; the keys work while the bar is hidden too.
//
// Neighbours: `useHostKeys` has the keys, `Projector` shows and hides the bar.

import {
  IconArrowsMaximize,
  IconArrowsMinimize,
  IconDeviceMobile,
  IconEye,
  IconHandStop,
  IconKeyboard,
  IconLock,
  IconLockOpen,
  IconMessageCircle,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerSkipForward,
  IconRepeat,
  IconSettings,
  IconStopwatch,
  IconUsers,
  IconVolume,
  IconVolumeOff,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { usePreferences } from "../../../lib/preferences";
import { type Action, KEYS, nextLabel } from "../model/actions";
import { COMMAND_KEYS, type Command } from "../model/commands";
import { playerCount } from "../model/people";
import { BarButton } from "./BarButton";
import classes from "./bar.module.css";
import { useGame } from "./useGame";

/** What can be open beside or above the stage. */
export type Panel = "chat" | "people" | "settings" | "remote" | "help";

interface Props {
  readonly panel: Panel | undefined;
  readonly fullScreen: boolean;
  readonly unread: number;
  readonly onPanel: (panel: Panel) => void;
  readonly onCommand: (command: Command) => void;
}

const ICON = { size: 22, stroke: 1.8, "aria-hidden": true } as const;

/** The bar. */
export function ControlBar({ panel, fullScreen, unread, onPanel, onCommand }: Props) {
  const { t } = useTranslation("host");
  const game = useGame();
  const sound = usePreferences((preferences) => preferences.sound);
  const { quiz, room } = game;
  const locked = room.room?.locked ?? false;
  return (
    <div className={classes.bar}>
      <NextButton />
      {quiz && (
        <div className={classes.group}>
          <ActionButton action="reveal" label={t("bar.reveal")} icon={<IconEye {...ICON} />} />
          <ActionButton
            action="pause"
            label={quiz.paused ? t("bar.resume") : t("bar.pause")}
            icon={quiz.paused ? <IconPlayerPlay {...ICON} /> : <IconPlayerPause {...ICON} />}
          />
          <ActionButton
            action="extend"
            label={`${t("bar.extend")}: ${t("bar.extendLabel")}`}
            text={t("bar.extend")}
            icon={<IconStopwatch {...ICON} />}
          />
          <ActionButton action="skip" label={t("bar.skipLabel")} icon={<IconPlayerSkipForward {...ICON} />} />
          <ActionButton
            action="autoAdvance"
            label={t("settings.autoAdvance")}
            pressed={quiz.autoAdvance}
            icon={<IconRepeat {...ICON} />}
          />
        </div>
      )}
      <span className={classes.spacer} />
      <div className={classes.group}>
        <ActionButton
          action="lock"
          label={t("settings.lock")}
          pressed={locked}
          icon={locked ? <IconLock {...ICON} /> : <IconLockOpen {...ICON} />}
        />
        <BarButton
          label={`${t("bar.people")}: ${playerCount(room)}`}
          shortcut={COMMAND_KEYS.people.toUpperCase()}
          expanded={panel === "people"}
          text={String(playerCount(room))}
          icon={<IconUsers {...ICON} />}
          onPress={() => onPanel("people")}
        />
        <BarButton
          label={t("bar.hands", { count: room.hands.length })}
          badge={room.hands.length}
          icon={<IconHandStop {...ICON} />}
          onPress={() => onPanel("people")}
        />
        <BarButton
          label={unread === 0 ? t("bar.chat") : t("bar.chatNew", { count: unread })}
          shortcut={COMMAND_KEYS.chat.toUpperCase()}
          expanded={panel === "chat"}
          badge={unread}
          icon={<IconMessageCircle {...ICON} />}
          onPress={() => onPanel("chat")}
        />
        <BarButton
          label={t("settings.sound")}
          shortcut={COMMAND_KEYS.mute.toUpperCase()}
          pressed={sound}
          icon={sound ? <IconVolume {...ICON} /> : <IconVolumeOff {...ICON} />}
          onPress={() => onCommand("mute")}
        />
        <BarButton
          label={t("bar.remote")}
          expanded={panel === "remote"}
          icon={<IconDeviceMobile {...ICON} />}
          onPress={() => onPanel("remote")}
        />
        <BarButton
          label={t("bar.settings")}
          expanded={panel === "settings"}
          icon={<IconSettings {...ICON} />}
          onPress={() => onPanel("settings")}
        />
        <span className={classes.wideOnly}>
          <BarButton
            label={fullScreen ? t("bar.leaveFullScreen") : t("bar.fullScreen")}
            shortcut={COMMAND_KEYS.fullScreen.toUpperCase()}
            icon={fullScreen ? <IconArrowsMinimize {...ICON} /> : <IconArrowsMaximize {...ICON} />}
            onPress={() => onCommand("fullScreen")}
          />
          <BarButton
            label={t("bar.help")}
            shortcut={COMMAND_KEYS.help}
            icon={<IconKeyboard {...ICON} />}
            onPress={() => onPanel("help")}
          />
        </span>
      </div>
    </div>
  );
}

function NextButton() {
  const { t } = useTranslation("host");
  const game = useGame();
  const label = nextLabel(game);
  if (label === undefined) return null;
  const off = game.busy || !game.can("next");
  return (
    <button
      type="button"
      className={classes.next}
      aria-disabled={off || undefined}
      aria-keyshortcuts="Space"
      onClick={() => game.act("next")}
    >
      {t(`bar.${label}`)}
      <span aria-hidden="true" className={classes.key}>
        {t("help.space")}
      </span>
    </button>
  );
}

interface ActionButtonProps {
  readonly action: Action;
  readonly label: string;
  readonly icon: React.ReactNode;
  readonly text?: string;
  readonly pressed?: boolean;
}

function ActionButton({ action, ...rest }: ActionButtonProps) {
  const game = useGame();
  return (
    <BarButton
      {...rest}
      shortcut={KEYS[action]?.toUpperCase()}
      off={game.busy || !game.can(action)}
      onPress={() => game.act(action)}
    />
  );
}
