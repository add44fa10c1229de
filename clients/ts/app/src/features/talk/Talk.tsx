// A whole chat: messages, who is typing, the field to write in; and beside it a thread, search, pins, people or moderation.
//
// It fills the box that it stands in. Where that is narrow, what is beside it takes its place.
import { ActionIcon, Menu } from "@mantine/core";
import { IconDotsVertical, IconPin, IconSearch, IconShieldHalf, IconUsers } from "@tabler/icons-react";
import { useConnection, useMessages, useReceipts, useRoom } from "@trivium/client/react";
import { lazy, type ReactNode, Suspense, useCallback, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { PageLoading } from "../../components/PageLoading";
import { notifyError } from "../../lib/notify";
import { Composer } from "./compose/Composer";
import { MessageList } from "./messages/MessageList";
import { useCommands } from "./model/commands";
import { isHost } from "./model/obstacle";
import { nameOf, TalkProvider, type Talk as TalkValue, useTalk } from "./model/talk";
import { useCovered } from "./model/useCovered";
import { useReading } from "./model/useReading";
import { Moderation } from "./moderation/Moderation";
import { Pane } from "./panes/Pane";
import { Pins } from "./panes/Pins";
import { Search } from "./panes/Search";
import { Thread } from "./panes/Thread";
import { Roster } from "./people/Roster";
import classes from "./talk.module.css";

const SealedTalk = lazy(() => import("./sealed/SealedTalk"));

/** Most names of those who are typing. */
const MOST_TYPING = 3;

/** What can stand beside the messages. */
export type Aside = "search" | "pins" | "people" | "moderation";
type Open = { readonly kind: Aside } | { readonly kind: "thread"; readonly seq: bigint };

interface Props {
  readonly roomId: string;
  /** What can be opened beside the messages [search and pins]. */
  readonly asides?: readonly Aside[];
  /** A message to show when it opens; a new object shows it anew. */
  readonly target?: { readonly seq: bigint } | undefined;
  readonly linkOf?: ((seq: bigint) => string) | undefined;
  /** Opens another room at a message; then search can look into all rooms. */
  readonly onRoom?: ((roomId: string, seq: bigint) => void) | undefined;
  /** Begins with the cursor in the field. */
  readonly focus?: boolean;
  /** Without the room's name, where it stands above already. */
  readonly bare?: boolean;
  /** At the end of the bar. */
  readonly children?: ReactNode;
}

const ASIDES = ["search", "pins"] as const;
const ICONS = { search: IconSearch, pins: IconPin, people: IconUsers, moderation: IconShieldHalf } as const;

/** A whole chat of any room: those that are sealed have one of their own. */
export function Talk(props: Props) {
  const sealed = useRoom(props.roomId, ({ room }) => room?.endToEnd ?? false);
  const userId = useConnection((connection) => connection.userId);
  if (!sealed) return <OpenTalk {...props} />;
  // Keys belong to a user: until it is known who that is there are none.
  if (userId === "") return <PageLoading />;
  return (
    <Suspense fallback={<PageLoading />}>
      <SealedTalk roomId={props.roomId} />
    </Suspense>
  );
}

function OpenTalk({ roomId, asides = ASIDES, target, linkOf, onRoom, focus = false, bare = false, children }: Props) {
  const { t } = useTranslation("talk");
  const messages = useMessages(roomId);
  const commands = useCommands(roomId);
  const state = useRoom(roomId, ({ status, room, me, members, error, receipts }) => ({
    status,
    room,
    me,
    members,
    error,
    ownId: me?.userId ?? receipts.own.userId,
  }));
  const [open, setOpen] = useState<Open>();
  const [shown, setShown] = useState<{ readonly seq: bigint }>();
  const [atEnd, setAtEnd] = useState(true);
  const { ref, covered, now: coveredNow } = useCovered();
  const reading = useReading(roomId, messages.messages, atEnd && !messages.past && !covered);
  const { jumpTo } = messages;
  const jump = useCallback(
    (seq: bigint) => {
      // Where there is no room for both, what is beside the messages makes room for the one to be shown.
      if (coveredNow.current) setOpen(undefined);
      jumpTo(seq).then(
        (found) => {
          if (found) setShown({ seq });
          else void notifyError(new Error(t("list.notThere")), "talk");
        },
        (error) => notifyError(error, "talk"),
      );
    },
    [jumpTo, coveredNow, t],
  );
  const live = state.status === "live";
  useEffect(() => {
    if (live && target !== undefined) jump(target.seq);
  }, [live, target, jump]);
  const { room, me, members, ownId } = state;
  const hosts = isHost(me);
  const openThread = useCallback((seq: bigint) => setOpen({ kind: "thread", seq }), []);
  const value = useMemo(
    (): TalkValue => ({
      roomId,
      room,
      me,
      ownId,
      hosts,
      members,
      threadSeq: 0n,
      actions: messages,
      commands,
      jump,
      openThread,
      linkOf,
    }),
    [roomId, room, me, ownId, hosts, members, messages, commands, jump, openThread, linkOf],
  );
  if (state.status === "loading") return <PageLoading />;
  if (state.status === "ended") return <p className={classes.hint}>{state.error?.rawMessage ?? t("list.ended")}</p>;
  const close = () => setOpen(undefined);
  return (
    <TalkProvider value={value}>
      <div className={classes.frame}>
        <div className={classes.talk} data-open={open !== undefined || undefined}>
          <div ref={ref} className={classes.main}>
            <div className={classes.bar}>
              <p className={classes.title}>{!bare && <bdi>{room?.title}</bdi>}</p>
              <Bar asides={asides} open={open?.kind} onOpen={(kind) => setOpen({ kind })} onClose={close} />
              {children}
            </div>
            <MessageList
              entries={messages.messages}
              more={messages.more}
              moreAfter={messages.past}
              loadOlder={messages.loadOlder}
              loadNewer={messages.loadNewer}
              toLatest={messages.toLatest}
              onAtEnd={setAtEnd}
              lineAfter={messages.past ? undefined : reading.lineAfter}
              unread={reading.unread}
              target={shown}
              label={t("list.log")}
              empty={t("list.empty")}
            />
            <Typing roomId={roomId} />
            <Composer entries={messages.messages} focus={focus} />
          </div>
          {open !== undefined && (
            <div className={classes.aside}>
              <AsideContent
                key={open.kind === "thread" ? String(open.seq) : open.kind}
                open={open}
                onClose={close}
                onRoom={onRoom}
              />
            </div>
          )}
        </div>
      </div>
    </TalkProvider>
  );
}

interface AsideProps {
  readonly open: Open;
  readonly onClose: () => void;
  readonly onRoom: Props["onRoom"];
}

function AsideContent({ open, onClose, onRoom }: AsideProps) {
  const { t } = useTranslation("talk");
  const { roomId } = useTalk();
  switch (open.kind) {
    case "thread":
      return <Thread seq={open.seq} onClose={onClose} />;
    case "search":
      return <Search onClose={onClose} onRoom={onRoom} />;
    case "pins":
      return <Pins onClose={onClose} />;
    case "people":
      return (
        <Pane title={t("people.title")} onClose={onClose}>
          <Roster roomId={roomId} />
        </Pane>
      );
    case "moderation":
      return (
        <Pane title={t("moderation.title")} onClose={onClose}>
          <Moderation roomId={roomId} />
        </Pane>
      );
  }
}

interface BarProps {
  readonly asides: readonly Aside[];
  readonly open: Open["kind"] | undefined;
  readonly onOpen: (kind: Aside) => void;
  readonly onClose: () => void;
}

function Bar({ asides, open, onOpen, onClose }: BarProps) {
  const { t } = useTranslation("talk");
  const { roomId, hosts, me } = useTalk();
  const counts = useRoom(roomId, ({ chat, moderation }) => ({
    pins: chat.pins.length,
    moderation: moderation.pendingCount + moderation.reportCount,
  }));
  return (
    <>
      {asides
        .filter((each) => each !== "moderation" || hosts)
        .map((each) => {
          const Icon = ICONS[each];
          const count = each === "pins" || each === "moderation" ? counts[each] : 0;
          return (
            <ActionIcon
              key={each}
              className={classes.tool}
              color="gray"
              aria-label={count > 0 ? t("bar.counted", { name: t(`bar.${each}`), count }) : t(`bar.${each}`)}
              aria-expanded={open === each}
              onClick={() => (open === each ? onClose() : onOpen(each))}
            >
              <Icon size={22} stroke={1.8} aria-hidden />
              {count > 0 && (
                <span className={classes.count} data-urgent={each === "moderation" || undefined} aria-hidden="true">
                  {count > 99 ? "99+" : count}
                </span>
              )}
            </ActionIcon>
          );
        })}
      {me !== undefined && <Privacy />}
    </>
  );
}

/** Whether others see what one has read. */
function Privacy() {
  const { t } = useTranslation("talk");
  const { roomId } = useTalk();
  const receipts = useReceipts(roomId);
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon color="gray" aria-label={t("bar.more")}>
          <IconDotsVertical size={22} stroke={1.8} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          role="menuitemcheckbox"
          aria-checked={receipts.private}
          leftSection={<span aria-hidden="true">{receipts.private ? "☑" : "☐"}</span>}
          onClick={() => void receipts.setPrivate(!receipts.private).catch((error) => notifyError(error, "talk"))}
        >
          {t("bar.private")}
          <small className={classes.small}>{t("bar.privateHint")}</small>
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function Typing({ roomId }: { roomId: string }) {
  const { t } = useTranslation("talk");
  const { members } = useTalk();
  const typing = useRoom(roomId, (room) => room.chat.typing);
  const names = [...typing].slice(0, MOST_TYPING).map((id) => nameOf(members, id));
  return (
    <p className={classes.typing} aria-live="off">
      {names.length > 0 && t("list.typing", { count: typing.size, names: names.join(", ") })}
    </p>
  );
}
