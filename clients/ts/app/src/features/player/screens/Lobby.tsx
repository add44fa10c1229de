// "You're in, look up": the own face, who else is here, the team, and the few switches that matter before it begins.

import { create } from "@bufbuild/protobuf";
import { Button, Switch } from "@mantine/core";
import { IconMoodSmile } from "@tabler/icons-react";
import type { RoomState } from "@trivium/client";
import { type Member, QuizPhase, Role, RoomService, UpdateMemberRequestSchema } from "@trivium/client/proto";
import { useSession } from "@trivium/client/react";
import { useTranslation } from "react-i18next";
import { Avatar } from "../../../components/Avatar";
import { FocusHeading } from "../../../components/FocusHeading";
import { notifyError } from "../../../lib/notify";
import { usePreferences } from "../../../lib/preferences";
import { newSeed } from "../../../lib/seeds";
import { unlockSound, useSound } from "../../../lib/sound";
import classes from "./Lobby.module.css";

export function Lobby({ room }: { room: RoomState }) {
  const { t } = useTranslation("player");
  const { sound, showQuestion, set } = usePreferences();
  useSound();
  const { me } = room;
  const players = [...room.members.values()].filter((each) => each.role === Role.MEMBER).length;
  return (
    <div className={classes.lobby}>
      {me !== undefined && (
        <div className={classes.face}>
          <Avatar seed={me.avatar || me.userId} size={168} />
        </div>
      )}
      <FocusHeading className={classes.title}>{t("lobby.title", { name: me?.nickname ?? "" })}</FocusHeading>
      <p className={classes.look}>{room.quiz === undefined ? t("lobby.noQuiz") : t("lobby.look")}</p>
      <p className={classes.people}>{t("lobby.people", { count: Math.max(players, 1) })}</p>
      {me !== undefined && canChange(room) && <Changes room={room} me={me} />}
      <div className={classes.switches}>
        <Switch
          size="lg"
          label={t("lobby.sound")}
          checked={sound}
          onChange={(event) => {
            set({ sound: event.currentTarget.checked });
            unlockSound();
          }}
        />
        <Switch
          size="lg"
          label={t("lobby.showQuestion")}
          checked={showQuestion}
          onChange={(event) => set({ showQuestion: event.currentTarget.checked })}
        />
      </div>
    </div>
  );
}

/** Members may change themselves until the game begins. */
function canChange({ quiz }: RoomState): boolean {
  return quiz === undefined || quiz.state.phase <= QuizPhase.LOBBY;
}

function Changes({ room, me }: { room: RoomState; me: Member }) {
  const { t } = useTranslation("player");
  const session = useSession();
  const teams = room.room?.teams ?? [];
  const change = (what: { avatar?: string; team?: string }) => {
    const request = create(UpdateMemberRequestSchema, { roomId: room.roomId, userId: me.userId, ...what });
    session.client(RoomService).updateMember(request).catch(notifyError);
  };
  return (
    <>
      <Button variant="subtle" leftSection={<IconMoodSmile size={22} />} onClick={() => change({ avatar: newSeed() })}>
        {t("lobby.face")}
      </Button>
      {teams.length > 0 && (
        <fieldset className={classes.teams}>
          <legend>{t("lobby.teamPick")}</legend>
          {teams.map((team) => (
            <Button
              key={team}
              variant={team === me.team ? "filled" : "default"}
              aria-pressed={team === me.team}
              onClick={() => change({ team })}
            >
              {team}
            </Button>
          ))}
        </fieldset>
      )}
    </>
  );
}
