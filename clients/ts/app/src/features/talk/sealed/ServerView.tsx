// What the server has of a sealed message: who, when, for which devices, and bytes that it cannot read.
import type { SealedMessage } from "@trivium/client/proto";
import { useTranslation } from "react-i18next";
import { sizeOf } from "../model/format";
import { nameOf, useTalk } from "../model/talk";
import classes from "./sealed.module.css";

/** Most bytes of a ciphertext that are shown. */
const SHOWN = 24;

export function ServerView({ sealed }: { sealed: SealedMessage }) {
  const { t, i18n } = useTranslation("talk");
  const { members } = useTalk();
  return (
    <div className={classes.server}>
      <p>{t("sealed.serverSees", { count: sealed.envelopes.length })}</p>
      <ul>
        {sealed.envelopes.map((each) => (
          <li key={`${each.userId}/${each.deviceId}`}>
            <span>
              <bdi>{nameOf(members, each.userId)}</bdi> · {each.deviceId.slice(0, 8)} ·{" "}
              {sizeOf(each.ciphertext.length, i18n.language)}
            </span>
            <code>{hexOf(each.ciphertext, SHOWN)}</code>
          </li>
        ))}
      </ul>
      <p>
        {t("sealed.signature")} <code>{hexOf(sealed.signature, SHOWN)}</code>
      </p>
    </div>
  );
}

/** The first bytes in hexadecimal, in pairs. */
export function hexOf(bytes: Uint8Array, most: number): string {
  const shown = [...bytes.subarray(0, most)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return bytes.length > most ? `${shown} …` : shown;
}
