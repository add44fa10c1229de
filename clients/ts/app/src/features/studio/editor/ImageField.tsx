// The picture of a question: dropped, pasted or chosen, sent with progress, and described for those who do not see it.
import { ActionIcon, Button, FileButton, Progress } from "@mantine/core";
import { IconPhoto, IconTrash, IconX } from "@tabler/icons-react";
import type { Question } from "@trivium/client/proto";
import { type ClipboardEvent, type DragEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { isOwnImage } from "../../../lib/images";
import { TEXT } from "../model/bounds";
import { IMAGE_TYPES, imageOf, UploadError, uploadImage } from "../model/media";
import { useToken } from "../token";
import { type ChangeQuestion, useField } from "./context";
import { TextField } from "./fields";
import classes from "./form.module.css";

interface Props {
  readonly question: Question;
  readonly change: ChangeQuestion;
}

export function ImageField({ question, change }: Props) {
  const { t } = useTranslation("studio");
  const { part, failure, send, stop, refuse } = useUpload((mediaUrl) =>
    change((before) => ({ ...before, mediaUrl, mediaAlt: "" })),
  );
  const [over, setOver] = useState(false);
  const { error } = useField("media_url");
  const take = (files: Iterable<File>) => {
    const image = imageOf(files);
    if (image !== undefined) void send(image);
    else if ([...files].length > 0) refuse("IMAGE_TYPE_UNSUPPORTED");
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files);
  };
  const paste = (event: ClipboardEvent) => {
    if (imageOf(event.clipboardData.files) === undefined) return;
    event.preventDefault();
    take(event.clipboardData.files);
  };
  const remove = () => change((before) => ({ ...before, mediaUrl: "", mediaAlt: "" }));
  return (
    <fieldset
      className={classes.image}
      data-over={over || undefined}
      data-path="media_url"
      tabIndex={-1}
      onPaste={paste}
      onDrop={drop}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
    >
      <legend>{t("image.legend")}</legend>
      {question.mediaUrl !== "" && part === undefined && (
        <div className={classes.picture}>
          {isOwnImage(question.mediaUrl) ? (
            <img src={question.mediaUrl} alt={question.mediaAlt} />
          ) : (
            <p className={classes.elsewhere}>
              {t("image.elsewhere")} <code>{question.mediaUrl}</code>
            </p>
          )}
          <div className={classes.pictureSide}>
            <TextField
              path="media_alt"
              label={t("image.alt")}
              description={t("image.altHint")}
              value={question.mediaAlt}
              bounds={TEXT["Question.media_alt"]}
              rows={2}
              onChange={(mediaAlt) => change((before) => ({ ...before, mediaAlt }), "alt")}
            />
          </div>
        </div>
      )}
      {part !== undefined && (
        <div className={classes.progress}>
          <Progress.Root size="lg" className={classes.meter}>
            <Progress.Section value={part * 100} aria-label={t("image.sending")} />
          </Progress.Root>
          <ActionIcon aria-label={t("image.stop")} onClick={stop}>
            <IconX aria-hidden />
          </ActionIcon>
        </div>
      )}
      <div className={classes.imageTools}>
        <FileButton accept={IMAGE_TYPES.join(",")} onChange={(file) => take(file ? [file] : [])}>
          {(props) => (
            <Button
              {...props}
              variant="default"
              disabled={part !== undefined}
              leftSection={<IconPhoto size={20} aria-hidden />}
            >
              {t(question.mediaUrl === "" ? "image.choose" : "image.replace")}
            </Button>
          )}
        </FileButton>
        {question.mediaUrl === "" ? (
          <span className={classes.hint}>{t("image.hint")}</span>
        ) : (
          <Button variant="subtle" leftSection={<IconTrash size={18} aria-hidden />} onClick={remove}>
            {t("image.remove")}
          </Button>
        )}
      </div>
      {(failure ?? error) !== undefined && (
        <p className={classes.error} role="alert">
          {failure === undefined ? error : t([`image.error.${failure.reason}`, "image.error.other"], { ...failure })}
        </p>
      )}
    </fieldset>
  );
}

interface Failure {
  readonly reason: string;
  readonly message: string;
}

/** One upload at a time; a new one, or leaving the question, gives up the old one. */
function useUpload(onStored: (url: string) => void) {
  const token = useToken();
  const [part, setPart] = useState<number>();
  const [failure, setFailure] = useState<Failure>();
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  const send = async (file: File) => {
    running.current?.abort();
    const own = new AbortController();
    running.current = own;
    setFailure(undefined);
    setPart(0);
    try {
      const stored = await uploadImage(file, { token: await token(), onProgress: setPart, signal: own.signal });
      onStored(stored.url);
    } catch (error) {
      const { reason, message } =
        error instanceof UploadError
          ? error
          : { reason: "other", message: error instanceof Error ? error.message : "" };
      if (reason !== "ABORTED") setFailure({ reason, message });
    } finally {
      if (running.current === own) setPart(undefined);
    }
  };
  return {
    part,
    failure,
    send,
    stop: () => running.current?.abort(),
    refuse: (reason: string) => setFailure({ reason, message: "" }),
  };
}
