// A quiz becomes a file: the formats with what each can hold, then the download with what it could not.

import { Button, Group, Radio } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { type ExportQuizResponse, QuizFileFormat, QuizFileService } from "@trivium/client/proto";
import { useSession } from "@trivium/client/react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "../Dialog";
import { sentence } from "../failure";
import { FORMATS } from "../model/formats";
import { download } from "./download";
import classes from "./files.module.css";
import { Issues } from "./Issues";

interface Props {
  readonly quizId: string;
  readonly title: string;
  readonly onClose: () => void;
}

export default function ExportDialog({ quizId, title, onClose }: Props) {
  const { t } = useTranslation("studio");
  const session = useSession();
  const [format, setFormat] = useState<QuizFileFormat>(QuizFileFormat.BUNDLE);
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState<ExportQuizResponse>();
  const [failure, setFailure] = useState<string>();
  const run = async () => {
    setBusy(true);
    setFailure(undefined);
    try {
      const answer = await session.client(QuizFileService).exportQuiz({ quizId, format });
      download(answer.file, answer.fileName, answer.contentType);
      setDone(answer);
    } catch (error) {
      setFailure(sentence(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog onClose={onClose} title={t("export.title", { title })} size="lg">
      <Radio.Group
        label={t("export.format")}
        value={String(format)}
        onChange={(value) => {
          setFormat(Number(value));
          setDone(undefined);
          setFailure(undefined);
        }}
      >
        <div className={classes.formats}>
          {FORMATS.filter(({ written }) => written).map(({ format: each, name }) => (
            <Radio
              key={each}
              value={String(each)}
              label={t(`format.${name}.name`)}
              description={t(`format.${name}.holds`)}
            />
          ))}
        </div>
      </Radio.Group>
      {failure !== undefined && (
        <p className={classes.error} role="alert">
          {failure}
        </p>
      )}
      {done !== undefined && (
        <div className={classes.outcome}>
          <p role="status" className={classes.counts}>
            <strong data-good>{t("export.done", { name: done.fileName })}</strong>
          </p>
          <Issues issues={done.issues} omitted={done.omittedIssueCount} lineLabel={t("issues.question")} />
        </div>
      )}
      <Group justify="flex-end" className={classes.foot}>
        <Button variant="default" onClick={onClose}>
          {t("common:close")}
        </Button>
        <Button loading={busy} leftSection={<IconDownload size={20} aria-hidden />} onClick={() => void run()}>
          {t("export.go")}
        </Button>
      </Group>
    </Dialog>
  );
}
