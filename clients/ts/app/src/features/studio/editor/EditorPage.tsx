// `/studio/new` and `/studio/:quizId`: opens the quiz, with the unsaved draft where there is one.
import { Button, Stack, Text } from "@mantine/core";
import { QuestionKind } from "@trivium/client/proto";
import { useSession } from "@trivium/client/react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { FocusHeading } from "../../../components/FocusHeading";
import { PageFrame } from "../../../components/PageFrame";
import { PageLoading } from "../../../components/PageLoading";
import { currentLanguage } from "../../../i18n";
import { sentence } from "../failure";
import { createEditor, type Editor } from "../model/history";
import { keepWhileUnsaved } from "../model/kept";
import { type Opened, open } from "../model/saving";
import { EditorProvider } from "./context";
import { Workbench } from "./Workbench";

interface Props {
  /** Identifier of the quiz, or `new`. */
  readonly name: string;
  /** A new quiz was saved for the first time. */
  readonly onCreated: (id: string) => void;
}

type Opening =
  | { readonly kind: "opening" }
  | { readonly kind: "open"; readonly editor: Editor; readonly restored: Opened["restored"] }
  | { readonly kind: "failed"; readonly text: string };

export default function EditorPage({ name, onCreated }: Props) {
  const session = useSession();
  const [opening, setOpening] = useState<Opening>({ kind: "opening" });
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt opens again
  useEffect(() => {
    let stale = false;
    let stop = () => {};
    open(session, name, { language: currentLanguage(), kind: QuestionKind.SINGLE_CHOICE }).then(
      ({ beginning, restored }) => {
        if (stale) return;
        const editor = createEditor(beginning);
        stop = keepWhileUnsaved(editor);
        setOpening({ kind: "open", editor, restored });
      },
      (error: unknown) => {
        if (!stale) setOpening({ kind: "failed", text: sentence(error) });
      },
    );
    return () => {
      stale = true;
      stop();
    };
  }, [session, name, attempt]);

  if (opening.kind === "opening") return <PageLoading />;
  if (opening.kind === "failed") {
    const again = () => {
      setOpening({ kind: "opening" });
      setAttempt(attempt + 1);
    };
    return <Failed text={opening.text} onRetry={again} />;
  }
  return (
    <EditorProvider editor={opening.editor}>
      <Workbench restored={opening.restored} onCreated={onCreated} />
    </EditorProvider>
  );
}

function Failed({ text, onRetry }: { text: string; onRetry: () => void }) {
  const { t } = useTranslation("studio");
  return (
    <PageFrame width="text">
      <Stack align="center" ta="center" gap="lg" py="12vh">
        <FocusHeading>{t("open.failed")}</FocusHeading>
        <Text>{text}</Text>
        <Button onClick={onRetry}>{t("common:retry")}</Button>
        <Button variant="default" component={Link} href="/studio">
          {t("open.back")}
        </Button>
      </Stack>
    </PageFrame>
  );
}
