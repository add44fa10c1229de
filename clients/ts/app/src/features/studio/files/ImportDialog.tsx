// A file becomes a quiz: pick it, see row by row what would come of it, then import.

import { Button, FileButton, Group, Loader, NativeSelect } from "@mantine/core";
import { IconFileImport, IconUpload } from "@tabler/icons-react";
import { type ImportQuizResponse, QuizFileFormat, QuizFileService } from "@trivium/client/proto";
import { useSession } from "@trivium/client/react";
import { type DragEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { RichText } from "../../../components/RichText";
import { Dialog } from "../Dialog";
import { KindIcon } from "../editor/KindIcon";
import { sentence } from "../failure";
import { ACCEPTED_FILES, FORMATS, formatName, MAX_FILE_BYTES } from "../model/formats";
import { kindName, kindOf } from "../model/kinds";
import classes from "./files.module.css";
import { Issues } from "./Issues";

interface Props {
  readonly onClose: () => void;
  /** The quiz is in the catalogue. */
  readonly onImported: (quizId: string) => void;
}

/** A file that was read on trial. */
interface Trial {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly format: QuizFileFormat;
  readonly answer: ImportQuizResponse;
}

export default function ImportDialog({ onClose, onImported }: Props) {
  const { t } = useTranslation("studio");
  const session = useSession();
  const [trial, setTrial] = useState<Trial>();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();
  const [over, setOver] = useState(false);
  // Answers about a file that was replaced meanwhile do not count.
  const latest = useRef(0);

  const read = async (name: string, bytes: Uint8Array<ArrayBuffer>, format: QuizFileFormat) => {
    const own = ++latest.current;
    setBusy(true);
    setFailure(undefined);
    try {
      const request = { fileName: name.slice(-255), file: bytes, format, dryRun: true };
      const answer = await session.client(QuizFileService).importQuiz(request);
      if (own === latest.current) setTrial({ name, bytes, format, answer });
    } catch (error) {
      if (own === latest.current) setFailure(sentence(error));
    } finally {
      if (own === latest.current) setBusy(false);
    }
  };
  const take = async (file: File | null | undefined) => {
    if (!file) return;
    setTrial(undefined);
    if (file.size === 0) return setFailure(t("import.empty"));
    if (file.size > MAX_FILE_BYTES) return setFailure(t("import.tooLarge", { max: MAX_FILE_BYTES / 1024 / 1024 }));
    await read(file.name, new Uint8Array(await file.arrayBuffer()), QuizFileFormat.UNSPECIFIED);
  };
  const put = async ({ name, bytes, format }: Trial) => {
    setBusy(true);
    setFailure(undefined);
    try {
      const request = { fileName: name.slice(-255), file: bytes, format, dryRun: false };
      const { quiz } = await session.client(QuizFileService).importQuiz(request);
      if (quiz === undefined) throw new Error("the answer has no quiz");
      toast.success(t("import.done", { count: quiz.questions.length }));
      onImported(quiz.id);
    } catch (error) {
      setFailure(sentence(error));
      setBusy(false);
    }
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files[0]);
  };

  return (
    <Dialog onClose={onClose} title={t("import.title")} size="xl">
      <section
        aria-label={t("import.file")}
        className={classes.drop}
        data-over={over || undefined}
        data-small={trial !== undefined || undefined}
        onDrop={drop}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
      >
        <IconFileImport size={trial === undefined ? 44 : 26} aria-hidden />
        <p>{trial === undefined ? t("import.drop") : trial.name}</p>
        <FileButton accept={ACCEPTED_FILES} onChange={(file) => void take(file)}>
          {(props) => (
            <Button
              {...props}
              data-autofocus
              variant={trial === undefined ? "filled" : "default"}
              leftSection={<IconUpload size={20} aria-hidden />}
            >
              {t(trial === undefined ? "import.choose" : "import.other")}
            </Button>
          )}
        </FileButton>
      </section>
      {trial === undefined && <p className={classes.hint}>{t("import.formats", { list: formatList(t) })}</p>}
      {failure !== undefined && (
        <p className={classes.error} role="alert">
          {failure}
        </p>
      )}
      {busy && trial === undefined && <Loader aria-label={t("import.reading")} />}
      {trial !== undefined && (
        <>
          <NativeSelect
            size="md"
            mb="md"
            label={t("import.readAs")}
            value={String(trial.format)}
            data={[
              {
                value: String(QuizFileFormat.UNSPECIFIED),
                label: t("import.found", { format: nameOf(t, trial.answer.format) }),
              },
              ...FORMATS.map(({ format, name }) => ({ value: String(format), label: t(`format.${name}.name`) })),
            ]}
            onChange={(event) => void read(trial.name, trial.bytes, Number(event.currentTarget.value))}
          />
          <Outcome answer={trial.answer} />
          <Group justify="flex-end" className={classes.foot}>
            <Button variant="default" onClick={onClose}>
              {t("common:cancel")}
            </Button>
            <Button disabled={trial.answer.questionCount === 0} loading={busy} onClick={() => void put(trial)}>
              {t("import.go", { count: trial.answer.questionCount })}
            </Button>
          </Group>
        </>
      )}
    </Dialog>
  );
}

function Outcome({ answer }: { answer: ImportQuizResponse }) {
  const { t } = useTranslation("studio");
  const { quiz, questionCount, rejectedCount, issues, omittedIssueCount } = answer;
  return (
    <div className={classes.outcome}>
      <p className={classes.counts} role="status">
        <strong data-good={questionCount > 0 || undefined}>
          {questionCount > 0 ? t("import.through", { count: questionCount }) : t("import.nothing")}
        </strong>
        {rejectedCount > 0 && <strong data-bad>{t("import.rejected", { count: rejectedCount })}</strong>}
      </p>
      <Issues issues={issues} omitted={omittedIssueCount} lineLabel={t("issues.line")} />
      {quiz !== undefined && (
        <details className={classes.questions}>
          <summary>{t("import.questions", { title: quiz.title })}</summary>
          <ol>
            {quiz.questions.map((question, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a list that is only read
              <li key={at}>
                <span className={classes.kind}>
                  <KindIcon kind={kindOf(question)} size={16} /> {t(`kind.${kindName(kindOf(question))}.name`)}
                </span>
                <RichText text={question.text} inline />
              </li>
            ))}
          </ol>
        </details>
      )}
    </div>
  );
}

type Translate = ReturnType<typeof useTranslation<"studio">>["t"];

function nameOf(t: Translate, format: QuizFileFormat): string {
  const name = formatName(format);
  return name === undefined ? t("format.unknown") : t(`format.${name}.name`);
}

function formatList(t: Translate): string {
  return FORMATS.map(({ name }) => t(`format.${name}.name`)).join(", ");
}
