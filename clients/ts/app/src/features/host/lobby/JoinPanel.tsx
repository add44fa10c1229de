// How to come in, as large as the room needs: address, code, QR code that fills the screen at a click.

import { Modal } from "@mantine/core";
import { QRCodeSVG } from "qrcode.react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { displayCode } from "../../../lib/codes";
import { joinHost, joinUrl, spelled } from "../model/join";
import classes from "./lobby.module.css";

/** The panel. */
export function JoinPanel({ code }: { code: string }) {
  const { t } = useTranslation("host");
  const [big, setBig] = useState(false);
  const url = joinUrl(code);
  return (
    <section className={classes.join} aria-label={t("lobby.join")}>
      <div className={classes.joinText}>
        <p className={classes.joinAt}>
          {t("lobby.join")} <strong>{joinHost()}</strong>
        </p>
        <p className={classes.codeLabel}>{t("lobby.code")}</p>
        <p className={classes.code}>
          <span aria-hidden="true">
            {displayCode(code)
              .split(" ")
              .map((group, n) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two groups may read the same
                <span key={n} className={classes.codeGroup}>
                  {group}
                </span>
              ))}
          </span>
          <span className="visually-hidden">{t("lobby.codeSpelled", { code: spelled(code) })}</span>
        </p>
      </div>
      <button type="button" className={classes.qr} aria-label={t("lobby.qrBig")} onClick={() => setBig(true)}>
        <QrCode url={url} label={t("lobby.qr", { url })} />
      </button>
      <Modal
        opened={big}
        onClose={() => setBig(false)}
        fullScreen
        title={`${joinHost()} · ${displayCode(code)}`}
        closeButtonProps={{ "aria-label": t("lobby.qrClose") }}
        classNames={{ body: classes.qrBigBody, title: classes.qrBigTitle }}
      >
        <button type="button" className={classes.qrBig} aria-label={t("lobby.qrClose")} onClick={() => setBig(false)}>
          <QrCode url={url} label={t("lobby.qr", { url })} />
        </button>
      </Modal>
    </section>
  );
}

/** The code on white in both schemes: cameras want dark on light, with a margin. */
export function QrCode({ url, label }: { url: string; label: string }) {
  return <QRCodeSVG value={url} level="M" marginSize={3} bgColor="#ffffff" fgColor="#1a1533" title={label} />;
}
