// A code in letters and as a picture; dark on white in both schemes, as cameras want it.
import { QRCodeSVG } from "qrcode.react";
import { useTranslation } from "react-i18next";
import { displayCode } from "../../../lib/codes";
import { codeLink } from "../model/links";
import classes from "./lists.module.css";

interface CodeCardProps {
  code: string;
  /** What the code is for. */
  label: string;
  /** The words of the link that opens it in this browser. */
  link: string;
}

export function CodeCard({ code, label, link }: CodeCardProps) {
  const { t } = useTranslation("demo");
  const url = codeLink(code);
  return (
    <div className={classes.codeCard}>
      <QRCodeSVG
        value={url}
        level="M"
        marginSize={3}
        size={132}
        bgColor="#ffffff"
        fgColor="#1a1533"
        title={t("room.qr", { url })}
      />
      <p>
        <span className={classes.sub}>{label}</span>
        <strong>{displayCode(code)}</strong>
        <a href={url} target="_blank" rel="noreferrer">
          {link}
        </a>
      </p>
    </div>
  );
}
