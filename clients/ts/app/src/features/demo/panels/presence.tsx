// Who is there: raised hands, then everybody; and how one appears oneself.
import { SegmentedControl, TextInput } from "@mantine/core";
import { IconUsers } from "@tabler/icons-react";
import { PresenceState, Role } from "@trivium/client/proto";
import { usePresence } from "@trivium/client/react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { notifyError } from "../../../lib/notify";
import { Roster } from "../../talk/people/Roster";
import type { Panel, PanelProps } from "../model/panels";
import classes from "../parts/lists.module.css";

export const panel: Panel = {
  id: "presence",
  place: "left",
  order: 20,
  title: "panel.presence",
  Icon: IconUsers,
  Component: Presence,
};

function Presence({ roomId }: PanelProps) {
  return (
    <Roster roomId={roomId}>
      <OwnState roomId={roomId} />
    </Roster>
  );
}

const WISHES = ["online", "away", "invisible"] as const;
type Wish = (typeof WISHES)[number];

function OwnState({ roomId }: PanelProps) {
  const { t } = useTranslation("demo");
  const { rows, setStatus } = usePresence(roomId);
  const row = rows.find(({ own }) => own);
  const [word, setWord] = useState(row?.status ?? "");
  const [hidden, setHidden] = useState(false);
  if (row === undefined) return null;
  const wish: Wish = hidden ? "invisible" : row.state === PresenceState.AWAY ? "away" : "online";
  const tell = (to: Wish) => {
    const state = to === "away" ? PresenceState.AWAY : PresenceState.ONLINE;
    setHidden(to === "invisible");
    void setStatus(state, word.trim(), to === "invisible").catch(notifyError);
  };
  // Hosts are always seen.
  const wishes = WISHES.filter((each) => each !== "invisible" || row.member.role < Role.CO_HOST);
  return (
    <form
      className={classes.own}
      onSubmit={(event) => {
        event.preventDefault();
        tell(wish);
      }}
    >
      <SegmentedControl
        size="xs"
        aria-label={t("presence.own")}
        value={wish}
        data={wishes.map((each) => ({ value: each, label: t(`presence.${each}`) }))}
        onChange={(value) => tell(WISHES.find((each) => each === value) ?? "online")}
      />
      <TextInput
        size="xs"
        aria-label={t("presence.word")}
        placeholder={t("presence.word")}
        maxLength={80}
        value={word}
        onChange={(event) => setWord(event.currentTarget.value)}
        onBlur={() => word.trim() !== row.status && tell(wish)}
      />
    </form>
  );
}
