// Asks before a quiz is deleted, and offers to bring it back afterwards.

import { Button, Group, Text } from "@mantine/core";
import { QuizService, type QuizSummary } from "@trivium/client/proto";
import { useSession } from "@trivium/client/react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { Dialog } from "../Dialog";
import { showFailure } from "../failure";
import { draftOf } from "../model/draft";
import { forget } from "../model/kept";
import { newest, saveCopy } from "../model/saving";

/** How long the quiz can be brought back. */
const UNDO_MS = 15_000;

interface Props {
  readonly quiz: QuizSummary;
  readonly onClose: () => void;
  readonly onDeleted: (id: string) => void;
  /** The quiz is back, under a new identifier. */
  readonly onRestored: () => void;
}

export function DeleteDialog({ quiz, onClose, onDeleted, onRestored }: Props) {
  const { t } = useTranslation("studio");
  const session = useSession();
  const [busy, setBusy] = useState(false);
  const remove = async () => {
    setBusy(true);
    try {
      // Read first: deleted quizzes cannot be read, and so could not be brought back.
      const draft = draftOf(await newest(session, quiz.id));
      await session.client(QuizService).deleteQuiz({ quizId: quiz.id });
      forget(quiz.id);
      onDeleted(quiz.id);
      onClose();
      toast(t("delete.done", { title: quiz.title }), {
        duration: UNDO_MS,
        action: {
          label: t("delete.undo"),
          onClick: () => void saveCopy(session, draft, draft.title).then(onRestored, showFailure),
        },
      });
    } catch (error) {
      setBusy(false);
      showFailure(error);
    }
  };
  return (
    <Dialog onClose={onClose} title={t("delete.title")}>
      <Text mb="lg">{t("delete.text", { title: quiz.title, count: quiz.questionCount })}</Text>
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose} data-autofocus>
          {t("common:cancel")}
        </Button>
        <Button color="red.9" loading={busy} onClick={() => void remove()}>
          {t("delete.confirm")}
        </Button>
      </Group>
    </Dialog>
  );
}
