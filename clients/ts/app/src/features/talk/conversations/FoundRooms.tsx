// Rooms that can be found by their words and are not in the list yet: pressed, one comes in.
import { Button } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { RoomService } from "@trivium/client/proto";
import { type ConversationRow, useSession } from "@trivium/client/react";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { notifyError } from "../../../lib/notify";
import { useLoaded } from "../model/useLoaded";
import classes from "./conversations.module.css";

/** How long the typing has to rest, in milliseconds. */
const REST_MS = 300;

interface Props {
  readonly query: string;
  readonly known: readonly ConversationRow[];
  onOpen(roomId: string): void;
  onJoined(): void;
}

export function FoundRooms({ query, known, onOpen, onJoined }: Props) {
  const { t } = useTranslation("talk");
  const session = useSession();
  const [rested] = useDebouncedValue(query, REST_MS);
  const [busy, setBusy] = useState<string>();
  const load = useCallback(
    () => session.client(RoomService).searchRooms({ query: rested, pageSize: 20 }),
    [session, rested],
  );
  const { value } = useLoaded(load);
  const own = new Set(known.map(({ roomId }) => roomId));
  const found = value?.rooms.filter(({ id }) => !own.has(id)) ?? [];
  const join = async (roomId: string) => {
    setBusy(roomId);
    try {
      await session.client(RoomService).joinRoom({ roomId });
      onJoined();
      onOpen(roomId);
    } catch (error) {
      void notifyError(error, "talk");
    } finally {
      setBusy(undefined);
    }
  };
  if (found.length === 0) return null;
  return (
    <section aria-label={t("rooms.found")}>
      <h3 className={classes.smallHead}>{t("rooms.found")}</h3>
      <ul className={classes.list}>
        {found.map((room) => (
          <li key={room.id} className={classes.foundRoom}>
            <span className={classes.words}>
              <b>
                <bdi>{room.title || room.id}</bdi>
              </b>
              <span className={classes.hint}>
                {[room.description, t("rooms.members", { count: room.memberCount })].filter(Boolean).join(" · ")}
              </span>
            </span>
            <Button size="compact-md" loading={busy === room.id} onClick={() => void join(room.id)}>
              {t("rooms.join")}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
