// What is about to be sent with a message: each file with how far it is, or why it was not taken.
import { ActionIcon, Progress } from "@mantine/core";
import { IconAlertTriangle, IconFile, IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { sizeOf } from "../model/format";
import classes from "./compose.module.css";
import { type Files, MOST_FILES } from "./useFiles";

export function FileTray({ files }: { files: Files }) {
  const { t, i18n } = useTranslation("talk");
  if (files.list.length === 0 && files.leftOut === 0) return null;
  return (
    <div className={classes.tray}>
      <ul>
        {files.list.map(({ key, name, size, progress, attachment, failure }) => (
          <li key={key} data-failed={failure !== undefined || undefined}>
            {failure === undefined ? <IconFile size={20} aria-hidden /> : <IconAlertTriangle size={20} aria-hidden />}
            <span className={classes.fileWords}>
              <bdi>{name}</bdi>
              <small>{failure ?? sizeOf(size, i18n.language)}</small>
              {attachment === undefined && failure === undefined && (
                <Progress size="sm" value={100 * progress} aria-label={t("file.uploading", { name })} />
              )}
            </span>
            <ActionIcon
              size={36}
              color="gray"
              aria-label={t("file.remove", { name })}
              onClick={() => files.remove(key)}
            >
              <IconX size={18} aria-hidden />
            </ActionIcon>
          </li>
        ))}
      </ul>
      {files.leftOut > 0 && <p role="status">{t("file.leftOut", { count: files.leftOut, most: MOST_FILES })}</p>}
    </div>
  );
}
