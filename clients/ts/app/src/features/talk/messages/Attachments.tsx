// Files of a message: pictures as they are, others as rows. Both come with the token of the room, which `<img>` could not send.
import { UnstyledButton } from "@mantine/core";
import { IconFile, IconPhotoOff } from "@tabler/icons-react";
import type { Attachment } from "@trivium/client/proto";
import { useFile, useSession } from "@trivium/client/react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { notifyError } from "../../../lib/notify";
import { sizeOf } from "../model/format";
import classes from "./cards.module.css";

/** What browsers draw, and the server re-encodes. */
const PICTURES = new Set(["image/png", "image/jpeg", "image/webp", "image/gif"]);
/** Longest edge of a preview, in pixels. */
const PREVIEW = 280;

export function Attachments({ attachments }: { attachments: readonly Attachment[] }) {
  return (
    <ul className={classes.files}>
      {attachments.map((each) => (
        <li key={each.id}>{PICTURES.has(each.contentType) ? <Picture file={each} /> : <FileRow file={each} />}</li>
      ))}
    </ul>
  );
}

function Picture({ file }: { file: Attachment }) {
  const { t } = useTranslation("talk");
  const { url, error } = useFile(file.url);
  const scale = Math.min(1, PREVIEW / Math.max(1, file.width, file.height));
  // Its place is kept from the beginning, so that nothing moves when it comes.
  const size = { width: Math.max(1, file.width * scale), aspectRatio: `${file.width || 4} / ${file.height || 3}` };
  if (error !== undefined) {
    return (
      <span className={classes.noPicture} style={size}>
        <IconPhotoOff size={24} aria-hidden /> {t("file.noPicture", { name: file.name })}
      </span>
    );
  }
  if (url === undefined) return <span className={classes.picture} style={size} />;
  return (
    <a href={url} target="_blank" rel="noreferrer" aria-label={t("file.openPicture", { name: file.name })}>
      <img className={classes.picture} style={size} src={url} alt={file.name} />
    </a>
  );
}

/** Fetched when asked for, and handed over as a download: nothing of it is ever run or drawn. */
function FileRow({ file }: { file: Attachment }) {
  const { t, i18n } = useTranslation("talk");
  const session = useSession();
  const [busy, setBusy] = useState(false);
  const download = async () => {
    setBusy(true);
    try {
      const address = URL.createObjectURL(await session.fetchFile(file.url));
      const link = document.createElement("a");
      link.href = address;
      link.download = file.name;
      link.click();
      // The browser has begun to read it by then.
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
    } catch (error) {
      void notifyError(error, "talk");
    } finally {
      setBusy(false);
    }
  };
  return (
    <UnstyledButton className={classes.card} disabled={busy} onClick={() => void download()}>
      <IconFile size={22} aria-hidden />
      <span className={classes.words}>
        <b>
          <bdi>{file.name}</bdi>
        </b>
        <span className={classes.sub}>
          {busy ? t("file.loading") : `${t("file.download")} · ${sizeOf(file.sizeBytes, i18n.language)}`}
        </span>
      </span>
    </UnstyledButton>
  );
}
