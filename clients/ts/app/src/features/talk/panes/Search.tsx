// Finding messages by their words, in this room or in all rooms of the caller, and going to one.
import { Button, Checkbox, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import type { SearchHit } from "@trivium/client/proto";
import { useSearch } from "@trivium/client/react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { sentenceFor } from "../../../lib/failure";
import { momentOf } from "../model/format";
import { useTalk } from "../model/talk";
import { Pane } from "./Pane";
import classes from "./panes.module.css";

/** How long the typing has to rest, in milliseconds. */
const REST_MS = 250;

interface Props {
  readonly onClose: () => void;
  /** Opens another room at a message; absent where there is only this one. */
  readonly onRoom?: ((roomId: string, seq: bigint) => void) | undefined;
}

export function Search({ onClose, onRoom }: Props) {
  const { t, i18n } = useTranslation("talk");
  const { roomId, jump } = useTalk();
  const [text, setText] = useState("");
  const [everywhere, setEverywhere] = useState(false);
  const [query] = useDebouncedValue(text.trim(), REST_MS);
  const found = useSearch(query, everywhere ? {} : { roomId });
  const go = ({ roomId: where, message }: SearchHit) => {
    if (message === undefined) return;
    if (where === roomId || where === "") jump(message.seq);
    else onRoom?.(where, message.seq);
  };
  return (
    <Pane title={t("search.title")} onClose={onClose}>
      <TextInput
        type="search"
        aria-label={t("search.label")}
        placeholder={t("search.label")}
        maxLength={200}
        leftSection={<IconSearch size={18} aria-hidden />}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {onRoom !== undefined && (
        <Checkbox
          label={t("search.everywhere")}
          checked={everywhere}
          onChange={(event) => setEverywhere(event.currentTarget.checked)}
        />
      )}
      <p className={classes.hint} role="status">
        {query === ""
          ? t("search.hint")
          : found.error !== undefined
            ? sentenceFor(found.error, "talk")
            : found.loading
              ? t("search.busy")
              : t(found.more ? "search.foundMore" : "search.found", { count: found.items.length })}
      </p>
      <div className={classes.scroll}>
        <ul className={classes.hits}>
          {found.items.map((hit) => {
            const { message } = hit;
            return message === undefined ? null : (
              <li key={`${hit.roomId}/${message.seq}`}>
                <button type="button" className={classes.hit} onClick={() => go(hit)}>
                  <span className={classes.hitHead}>
                    <b>
                      <bdi>{message.authorNickname}</bdi>
                    </b>
                    <time dateTime={new Date(Number(message.sendTimeMs)).toISOString()}>
                      {momentOf(message.sendTimeMs, i18n.language)}
                    </time>
                  </span>
                  {everywhere && <span className={classes.sub}>{hit.roomTitle}</span>}
                  <span className={classes.hitText} dir="auto">
                    {lit(message.text, query)}
                  </span>
                </button>
              </li>
            );
          })}
        </ul>
        {found.more && (
          <Button variant="default" size="sm" loading={found.loading} onClick={() => void found.loadMore()}>
            {t("search.more")}
          </Button>
        )}
      </div>
    </Pane>
  );
}

/** The text with the words that were looked for marked, and cut so that the first of them is in view. */
function lit(text: string, query: string): ReactNode[] {
  const words = query.split(/\s+/).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const pattern = new RegExp(`(${words.filter(Boolean).join("|")})`, "giu");
  const first = Math.max(0, text.search(pattern) - 60);
  const shown = (first > 0 ? "…" : "") + text.slice(first, first + 240);
  // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text have no other name
  return shown.split(pattern).map((part, n) => (n % 2 === 1 ? <mark key={n}>{part}</mark> : part));
}
