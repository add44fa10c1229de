// Reactions under a message: each with its number, pressed where the reader put one too.
import type { Message } from "@trivium/client/proto";
import { useTranslation } from "react-i18next";
import { notifyError } from "../../../lib/notify";
import { nameOf, useTalk } from "../model/talk";
import classes from "./messages.module.css";

export function Reactions({ message }: { message: Message }) {
  const { t } = useTranslation("talk");
  const { ownId, members, actions, me } = useTalk();
  if (message.reactions.length === 0) return null;
  return (
    <ul className={classes.reactions}>
      {message.reactions.map(({ emoji, count, userIds }) => {
        const mine = userIds.includes(ownId);
        const known = userIds.map((id) => nameOf(members, id)).join(", ");
        const names =
          count > userIds.length ? t("message.andMore", { names: known, count: count - userIds.length }) : known;
        return (
          <li key={emoji}>
            <button
              type="button"
              aria-pressed={mine}
              disabled={me === undefined}
              title={names}
              aria-label={t("message.reacted", { emoji, count, names })}
              onClick={() => void actions.react(message.seq, emoji, !mine).catch((error) => notifyError(error, "talk"))}
            >
              {emoji} <span className="tabular">{count}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
