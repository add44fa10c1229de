// What can be changed while the game runs, and the two ends: of the game and of the room.

import { Button, Switch } from "@mantine/core";
import { RoomService } from "@trivium/client/proto";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { LanguageSwitch } from "../../../components/LanguageSwitch";
import { ThemeSwitch } from "../../../components/ThemeSwitch";
import { usePreferences } from "../../../lib/preferences";
import { unlockSound } from "../../../lib/sound";
import { presetOf } from "../model/options";
import { useMusicPreference } from "../room/music";
import { useGame } from "../room/useGame";
import classes from "./panels.module.css";
import { SidePanel } from "./SidePanel";

/** The panel. */
export function Settings({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("host");
  const game = useGame();
  const { room, roomId, quiz, run, session, hosts } = game;
  const { sound, set } = usePreferences();
  const { music, setMusic } = useMusicPreference();
  const update = (change: { lateJoin?: boolean; chatEnabled?: boolean }) =>
    void run(() => session.client(RoomService).updateRoom({ roomId, ...change }));
  return (
    <SidePanel title={t("settings.heading")} onClose={onClose}>
      {quiz && (
        <p className={classes.hint}>
          {t("settings.quiz", { title: quiz.title, count: quiz.questionCount })}
          <br />
          {t("settings.speed", { preset: t(`options.preset.${presetOf(quiz.settings?.speedWeightPermille)}`) })}
        </p>
      )}
      {hosts && (
        <>
          <Toggle name="lock" checked={room.room?.locked ?? false} hint onChange={() => game.act("lock")} />
          <Toggle
            name="lateJoin"
            checked={room.room?.lateJoin ?? false}
            hint
            onChange={(lateJoin) => update({ lateJoin })}
          />
          {quiz && (
            <Toggle name="autoAdvance" checked={quiz.autoAdvance} hint onChange={() => game.act("autoAdvance")} />
          )}
          <Toggle
            name="chat"
            checked={room.room?.chatEnabled ?? false}
            onChange={(chatEnabled) => update({ chatEnabled })}
          />
        </>
      )}
      <Toggle name="hideLeaderboard" checked={game.hideLeaderboard} hint onChange={game.setHideLeaderboard} />
      <Toggle
        name="sound"
        checked={sound}
        onChange={(on) => {
          set({ sound: on });
          if (on) unlockSound();
        }}
      />
      <Toggle name="music" checked={music} onChange={setMusic} />
      <div className={classes.row}>
        <LanguageSwitch />
        <ThemeSwitch />
      </div>
      {hosts && <Ends />}
    </SidePanel>
  );
}

interface ToggleProps {
  readonly name: "lock" | "lateJoin" | "autoAdvance" | "hideLeaderboard" | "sound" | "music" | "chat";
  readonly checked: boolean;
  /** Whether there is a text `NAMEHint`. */
  readonly hint?: boolean;
  readonly onChange: (checked: boolean) => void;
}

function Toggle({ name, checked, hint = false, onChange }: ToggleProps) {
  const { t } = useTranslation("host");
  return (
    <Switch
      size="md"
      label={t(`settings.${name}`)}
      description={hint ? t(`settings.${name}Hint`) : undefined}
      checked={checked}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
  );
}

function Ends() {
  const { t } = useTranslation("host");
  const { can, act, run, session, roomId } = useGame();
  const [, go] = useLocation();
  const close = async () => {
    if (await run(() => session.client(RoomService).closeRoom({ roomId }))) go("/host");
  };
  return (
    <section className={classes.section}>
      {can("end") && (
        <Confirm question={t("settings.endConfirm")} onYes={() => act("end")}>
          {t("settings.end")}
        </Confirm>
      )}
      <Confirm question={t("settings.closeConfirm")} onYes={() => void close()}>
        {t("settings.closeRoom")}
      </Confirm>
    </section>
  );
}

/** A button that asks once more. */
function Confirm({ children, question, onYes }: { children: ReactNode; question: string; onYes: () => void }) {
  const { t } = useTranslation("host");
  const [asked, setAsked] = useState(false);
  if (!asked) {
    return (
      <Button variant="default" onClick={() => setAsked(true)}>
        {children}
      </Button>
    );
  }
  return (
    <div role="alert">
      <p>{question}</p>
      <div className={classes.row}>
        <Button
          color="red.8"
          autoFocus
          onClick={() => {
            setAsked(false);
            onYes();
          }}
        >
          {t("settings.yes")}
        </Button>
        <Button variant="default" onClick={() => setAsked(false)}>
          {t("settings.no")}
        </Button>
      </div>
    </div>
  );
}
