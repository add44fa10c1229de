// The messages, of which only those near the window are drawn; it stays at the newest while one is there.
//
// Pages come at both ends: older ones above, and below too where somebody has jumped far back.
import { Button } from "@mantine/core";
import { IconArrowDown } from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import type { ChatMessage } from "@trivium/client";
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { notifyError } from "../../../lib/notify";
import { dayOf, sameDay } from "../model/format";
import { MessageRow } from "./MessageRow";
import classes from "./messages.module.css";

/** A message of one line, in pixels; others are measured. */
const ROW_PX = 76;
/** So near to an end still is the end. */
const NEAR_PX = 60;
const VIEW = { width: 600, height: 600 };
/** How long a message that was jumped to stays lit. */
const LIT_MS = 2500;

interface Props {
  readonly entries: readonly ChatMessage[];
  /** Whether there are older ones, and newer ones that are not here. */
  readonly more: boolean;
  readonly moreAfter?: boolean;
  loadOlder(): Promise<unknown>;
  loadNewer?(): Promise<unknown>;
  /** Leaves an old place for the newest messages. */
  toLatest?(): void;
  /** Told whenever the newest message comes into view or leaves it. */
  onAtEnd(atEnd: boolean): void;
  readonly lineAfter?: bigint | undefined;
  /** How many are new below. */
  readonly unread: number;
  /** The message to show; a new object jumps anew. */
  readonly target?: { readonly seq: bigint } | undefined;
  /** Above the first message, once there are no older ones. */
  readonly head?: ReactNode;
  readonly label: string;
  readonly empty: string;
}

export function MessageList({ entries, more, moreAfter = false, lineAfter, unread, target, ...rest }: Props) {
  const { t } = useTranslation("talk");
  const scroller = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(target === undefined);
  const [loading, setLoading] = useState<"older" | "newer">();
  const [lit, setLit] = useState<bigint>();
  const stick = atEnd && !moreAfter;
  const virtual = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroller.current,
    getItemKey: (at) => entries[at]?.key ?? at,
    estimateSize: () => ROW_PX,
    overscan: 8,
    initialRect: VIEW,
  });
  const toEnd = () => {
    const box = scroller.current;
    if (box !== null) box.scrollTop = box.scrollHeight;
  };
  const height = virtual.getTotalSize();
  // New messages, and rows that turn out taller than thought, keep the end in view.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height is what moves the end
  useLayoutEffect(() => {
    if (stick) toEnd();
  }, [height, entries.length, stick]);
  // So does a window that gets smaller, such as by a keyboard, or by a field that grows.
  useEffect(() => {
    const box = scroller.current;
    if (!stick || box === null) return;
    const observer = new ResizeObserver(() => {
      box.scrollTop = box.scrollHeight;
    });
    observer.observe(box);
    return () => observer.disconnect();
  }, [stick]);
  // Where everything fits, nothing scrolls, and the end is in view.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height decides what fits
  useEffect(() => {
    const box = scroller.current;
    if (box !== null && box.clientHeight > 0 && box.scrollHeight <= box.clientHeight) setAtEnd(true);
  }, [height, entries.length]);
  const { onAtEnd } = rest;
  useEffect(() => onAtEnd(stick), [onAtEnd, stick]);

  // Rows that turn out taller move the end away; only a reader who scrolls up leaves it.
  const last = useRef({ top: 0, height: 0 });
  const follow = (box: HTMLElement) => {
    const { top, height: before } = last.current;
    last.current = { top: box.scrollTop, height: box.scrollHeight };
    if (isNearEnd(box)) setAtEnd(true);
    else if (box.scrollTop < top && box.scrollHeight === before) setAtEnd(false);
  };

  const anchor = useRef<string>(undefined);
  const load = async (end: "older" | "newer") => {
    if (loading !== undefined) return;
    if (end === "older") anchor.current = entries[0]?.key;
    setLoading(end);
    await (end === "older" ? rest.loadOlder() : rest.loadNewer?.())?.catch((error) => notifyError(error, "talk"));
    setLoading(undefined);
  };
  // What was at the top stays where it was when older ones come above it.
  useEffect(() => {
    const at = entries.findIndex(({ key }) => key === anchor.current);
    if (at <= 0) return;
    anchor.current = undefined;
    virtual.scrollToIndex(at, { align: "start" });
  }, [entries, virtual]);

  const done = useRef<Props["target"]>(undefined);
  useEffect(() => {
    if (target === undefined || done.current === target) return;
    const at = entries.findIndex(({ message, status }) => status === "saved" && message.seq === target.seq);
    if (at < 0) return;
    done.current = target;
    setAtEnd(false);
    setLit(target.seq);
    toFocus.current = target.seq;
    virtual.scrollToIndex(at, { align: "center" });
    // Nothing scrolls where the message is at the end, and the end is in view already.
    const box = scroller.current;
    if (box !== null && isNearEnd(box)) setAtEnd(true);
  }, [target, entries, virtual]);
  // The row is drawn once the list has moved, some frames later.
  const toFocus = useRef<bigint>(undefined);
  useEffect(() => {
    if (toFocus.current === undefined) return;
    const row = scroller.current?.querySelector<HTMLElement>(`#message-${toFocus.current}`);
    if (row == null) return;
    toFocus.current = undefined;
    row.focus({ preventScroll: true });
  });
  useEffect(() => {
    if (lit === undefined) return;
    const timer = setTimeout(() => setLit(undefined), LIT_MS);
    return () => clearTimeout(timer);
  }, [lit]);

  const lineAt =
    lineAfter === undefined
      ? -1
      : entries.findIndex(({ message, status }) => status !== "saved" || message.seq > lineAfter);
  return (
    <div className={classes.listPlace}>
      <div
        ref={scroller}
        className={classes.scroll}
        role="log"
        aria-label={rest.label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
        tabIndex={0}
        onScroll={({ currentTarget: box }) => follow(box)}
      >
        {more ? <Page end="older" loading={loading === "older"} onPress={() => void load("older")} /> : rest.head}
        {entries.length === 0 && <p className={classes.hint}>{rest.empty}</p>}
        <ol className={classes.list} style={{ height }}>
          {virtual.getVirtualItems().map((item) => {
            const entry = entries[item.index];
            const before = entries[item.index - 1];
            return entry === undefined ? null : (
              <li
                key={item.key}
                ref={virtual.measureElement}
                data-index={item.index}
                aria-setsize={more || moreAfter ? -1 : entries.length}
                aria-posinset={item.index + 1}
                className={classes.item}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <Day entry={entry} before={before} />
                {item.index === lineAt && (
                  <p className={classes.line}>
                    <span>{t("list.new")}</span>
                  </p>
                )}
                <MessageRow entry={entry} before={before} quotable={entries} lit={entry.message.seq === lit} />
              </li>
            );
          })}
        </ol>
        {moreAfter && <Page end="newer" loading={loading === "newer"} onPress={() => void load("newer")} />}
      </div>
      {(!atEnd || moreAfter) && (
        <Button
          className={classes.jump}
          leftSection={<IconArrowDown size={18} aria-hidden />}
          onClick={() => {
            rest.toLatest?.();
            setAtEnd(true);
            toEnd();
          }}
        >
          {unread > 0 ? t("list.jumpNew", { count: unread }) : t("list.jump")}
        </Button>
      )}
    </div>
  );
}

function isNearEnd(box: HTMLElement): boolean {
  return box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_PX;
}

interface PageProps {
  readonly end: "older" | "newer";
  readonly loading: boolean;
  readonly onPress: () => void;
}

function Page({ end, loading, onPress }: PageProps) {
  const { t } = useTranslation("talk");
  return (
    <Button variant="default" size="sm" className={classes.older} loading={loading} onClick={onPress}>
      {t(`list.${end}`)}
    </Button>
  );
}

/** A day's name above its first message. */
function Day({ entry, before }: { entry: ChatMessage; before: ChatMessage | undefined }) {
  const { i18n } = useTranslation("talk");
  const sent = Number(entry.message.sendTimeMs);
  if (before === undefined || sameDay(new Date(sent), new Date(Number(before.message.sendTimeMs)))) return null;
  return <p className={classes.day}>{dayOf(sent, Date.now(), i18n.language)}</p>;
}
