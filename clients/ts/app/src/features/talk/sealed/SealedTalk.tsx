// A conversation that only its readers' devices can open: sealed here as it is sent, opened here as it comes.
//
// Loaded when the first such conversation is opened, with the algorithms. Neighbours: `KeyWarning`, `Safety` and `FailureBubble`
// say what cannot be taken for granted.
import { ActionIcon, Switch } from "@mantine/core";
import { IconShieldLock } from "@tabler/icons-react";
import { useChatActions, useMessages, useRoom, useUnread } from "@trivium/client/react";
import { useSealed, useSealing } from "@trivium/client/seal/react";
import { useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { notifyError } from "../../../lib/notify";
import { Composer } from "../compose/Composer";
import { MessageList } from "../messages/MessageList";
import { useCommands } from "../model/commands";
import { nameOf, type Talk, TalkProvider } from "../model/talk";
import { useReading } from "../model/useReading";
import classes from "../talk.module.css";
import { SealedRoomProvider } from "./context";
import { deviceName } from "./device-name";
import { KeyWarning } from "./KeyWarning";
import { ResendRequests } from "./ResendRequests";
import { Safety } from "./Safety";
import { SealingStatus } from "./SealingStatus";
import sealedClasses from "./sealed.module.css";

export default function SealedTalk({ roomId }: { roomId: string }) {
  const { t } = useTranslation("talk");
  const options = useMemo(() => ({ deviceName: deviceName() }), []);
  const sealing = useSealing(options);
  const sealed = useSealed(roomId, options);
  const plain = useChatActions(roomId);
  const messages = useMessages(roomId);
  const commands = useCommands(roomId);
  const { room, me, members } = useRoom(roomId, ({ room, me, members }) => ({ room, me, members }));
  const [atEnd, setAtEnd] = useState(true);
  const [safety, setSafety] = useState(false);
  const [serverView, setServerView] = useState(false);
  const [shown, setShown] = useState<{ readonly seq: bigint }>();
  const entries = useMemo(() => sealed.messages.map(({ entry }) => entry), [sealed.messages]);
  const reading = useReading(roomId, entries, atEnd && !messages.past);
  const unread = useUnread(roomId);
  const ownId = me?.userId ?? sealing.userId;
  const { jumpTo } = messages;
  const jump = useCallback(
    (seq: bigint) => {
      jumpTo(seq).then(
        (found) => found && setShown({ seq }),
        (error) => notifyError(error, "talk"),
      );
    },
    [jumpTo],
  );
  const value = useMemo((): Talk => {
    const { send, retry, drop } = sealed;
    const actions = {
      ...plain,
      retry,
      drop,
      send: (text: string, given: { readonly replyTo?: bigint } = {}) => send(text, { replyTo: given.replyTo ?? 0n }),
    };
    return { roomId, room, me, ownId, hosts: false, members, threadSeq: 0n, actions, commands, jump };
  }, [roomId, room, me, ownId, members, sealed, plain, commands, jump]);
  const opened = useMemo(
    () => ({
      texts: new Map(sealed.messages.map(({ entry, text, failure }) => [entry.key, { text, failure }] as const)),
      serverView,
      askAgain: async (seq: bigint) => {
        try {
          return await sealed.askAgain(seq);
        } catch (error) {
          void notifyError(error, "talk");
          return false;
        }
      },
    }),
    [sealed, serverView],
  );
  // What has happened to anybody's devices is acknowledged before the next word is written.
  const changed = [...sealing.users.values()].filter(
    (user) => members.has(user.userId) && (user.rewritten || user.changes.length > 0),
  );
  return (
    <TalkProvider value={value}>
      <SealedRoomProvider value={opened}>
        <div className={classes.frame}>
          <div className={classes.talk} data-open={safety || undefined}>
            <div className={classes.main}>
              <div className={classes.bar}>
                <p className={classes.title}>
                  <bdi>
                    {room?.title ||
                      [...members.values()]
                        .filter(({ userId }) => userId !== ownId)
                        .map(({ nickname }) => nickname)
                        .join(", ")}
                  </bdi>
                </p>
                <Switch
                  size="sm"
                  label={t("sealed.serverView")}
                  checked={serverView}
                  onChange={(event) => setServerView(event.currentTarget.checked)}
                />
                <ActionIcon
                  color="gray"
                  aria-label={t("sealed.safetyTitle")}
                  aria-expanded={safety}
                  onClick={() => setSafety(!safety)}
                >
                  <IconShieldLock size={22} stroke={1.8} aria-hidden />
                </ActionIcon>
              </div>
              <MessageList
                entries={entries}
                more={messages.more}
                moreAfter={messages.past}
                loadOlder={messages.loadOlder}
                loadNewer={messages.loadNewer}
                toLatest={messages.toLatest}
                onAtEnd={setAtEnd}
                lineAfter={reading.lineAfter}
                unread={unread.count}
                target={shown}
                label={t("list.log")}
                empty={t("sealed.empty")}
              />
              <div className={sealedClasses.notices}>
                <ResendRequests requests={sealed.requests} onAnswer={sealed.answer} />
                {changed.map((user) => (
                  <KeyWarning
                    key={user.userId}
                    user={user}
                    own={user.userId === ownId}
                    name={nameOf(members, user.userId)}
                    onAccept={() => sealing.accept(user.userId)}
                  />
                ))}
              </div>
              {sealing.status !== "ready" ? (
                <SealingStatus />
              ) : changed.length > 0 ? (
                <p className={sealedClasses.hint}>{t("sealed.acceptFirst")}</p>
              ) : (
                <Composer entries={entries} label={t("sealed.write")} plain />
              )}
            </div>
            {safety && (
              <div className={classes.aside}>
                <Safety onClose={() => setSafety(false)} />
              </div>
            )}
          </div>
        </div>
      </SealedRoomProvider>
    </TalkProvider>
  );
}
