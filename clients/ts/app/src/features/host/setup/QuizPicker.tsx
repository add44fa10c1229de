// The own catalogue to pick from, and examples to fill it with one click.

import { Button, Loader } from "@mantine/core";
import { IconCheck, IconPlus } from "@tabler/icons-react";
import type { QuizSummary } from "@trivium/client/proto";
import { useSession } from "@trivium/client/react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useCatalogue } from "../../../lib/catalogue";
import { showFailure } from "../room/failure";
import { EXAMPLES, type Example, importExample } from "./examples";
import classes from "./setup.module.css";

interface Props {
  readonly chosen: string | undefined;
  readonly onChoose: (quiz: QuizSummary) => void;
}

/** The list. */
export function QuizPicker({ chosen, onChoose }: Props) {
  const { t } = useTranslation("host");
  const { quizzes, more, failed, reload, loadMore } = useCatalogue(showFailure);
  const [examples, setExamples] = useState(false);
  if (failed) {
    return (
      <p role="alert">
        {t("setup.failed")} <Button onClick={reload}>{t("setup.retry")}</Button>
      </p>
    );
  }
  if (!quizzes) return <Loader aria-label={t("stage.loading")} />;
  return (
    <>
      {quizzes.length === 0 ? (
        <p>{t("setup.none")}</p>
      ) : (
        <ul className={classes.quizzes}>
          {quizzes.map((quiz) => (
            <li key={quiz.id}>
              <button
                type="button"
                className={classes.quiz}
                aria-pressed={quiz.id === chosen}
                onClick={() => onChoose(quiz)}
              >
                <span className={classes.quizTitle}>{quiz.title}</span>
                <span className={classes.quizCount}>{t("setup.questions", { count: quiz.questionCount })}</span>
                {quiz.id === chosen && <IconCheck className={classes.quizTick} size={24} stroke={3} aria-hidden />}
              </button>
            </li>
          ))}
        </ul>
      )}
      <div className={classes.row}>
        {more && (
          <Button variant="default" onClick={loadMore}>
            {t("setup.more")}
          </Button>
        )}
        <Button component={Link} href="/studio" variant="default" leftSection={<IconPlus size={18} aria-hidden />}>
          {t("setup.write")}
        </Button>
        {quizzes.length > 0 && (
          <Button variant="default" aria-expanded={examples} onClick={() => setExamples(!examples)}>
            {t("setup.moreExamples")}
          </Button>
        )}
      </div>
      {(quizzes.length === 0 || examples) && (
        <Examples
          onAdded={() => {
            setExamples(false);
            reload();
          }}
        />
      )}
    </>
  );
}

function Examples({ onAdded }: { onAdded: () => void }) {
  const { t } = useTranslation("host");
  const session = useSession();
  const [adding, setAdding] = useState<Example>();
  const add = async (example: Example) => {
    setAdding(example);
    try {
      await importExample(session, example);
      onAdded();
    } catch (error) {
      showFailure(error);
    } finally {
      setAdding(undefined);
    }
  };
  return (
    <section aria-label={t("setup.examples")}>
      <h3 className={classes.subheading}>{t("setup.examples")}</h3>
      <ul className={classes.quizzes}>
        {EXAMPLES.map((example) => (
          <li key={example.name} className={classes.example}>
            <span className={classes.quizTitle}>{t(`example.${example.name}.title`)}</span>
            <span className={classes.quizCount}>{t(`example.${example.name}.about`)}</span>
            <Button
              variant="light"
              loading={adding === example}
              disabled={adding !== undefined && adding !== example}
              aria-label={`${t("setup.addExample")}: ${t(`example.${example.name}.title`)}`}
              onClick={() => void add(example)}
            >
              {t("setup.addExample")}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
