// `/studio`: the own quizzes, and the ways to a new one.
import { Button, Skeleton, TextInput } from "@mantine/core";
import { IconFileImport, IconPlus, IconSearch } from "@tabler/icons-react";
import type { QuizSummary } from "@trivium/client/proto";
import { useSession } from "@trivium/client/react";
import { lazy, Suspense, useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { Link, useLocation } from "wouter";
import { FocusHeading } from "../../../components/FocusHeading";
import { PageFrame } from "../../../components/PageFrame";
import { useCatalogue } from "../../../lib/catalogue";
import { showFailure } from "../failure";
import { draftOf } from "../model/draft";
import { hasDraft, NEW } from "../model/kept";
import { newest, saveCopy } from "../model/saving";
import { DeleteDialog } from "./DeleteDialog";
import classes from "./list.module.css";
import { QuizCard } from "./QuizCard";

const ImportDialog = lazy(() => import("../files/ImportDialog"));
const ExportDialog = lazy(() => import("../files/ExportDialog"));

/** So many quizzes and more get a field to search them. */
const SEARCHED = 8;

type Dialog = { readonly kind: "import" } | { readonly kind: "export" | "delete"; readonly quiz: QuizSummary };

/** The page. */
export function Catalogue() {
  const { t } = useTranslation("studio");
  const session = useSession();
  const [, go] = useLocation();
  const { quizzes, failed, more, reload, loadMore, hide } = useCatalogue(showFailure);
  const [dialog, setDialog] = useState<Dialog>();
  const [query, setQuery] = useState("");
  const wanted = useDeferredValue(query).trim().toLocaleLowerCase();
  const shown = quizzes?.filter(({ title }) => title.toLocaleLowerCase().includes(wanted));

  const duplicate = async ({ id }: QuizSummary) => {
    try {
      const quiz = await newest(session, id);
      await saveCopy(session, draftOf(quiz), t("list.copyOf", { title: quiz.title }));
      toast.success(t("list.duplicated"));
      reload();
    } catch (error) {
      showFailure(error);
    }
  };

  return (
    <PageFrame>
      <div className={classes.head}>
        <FocusHeading className={classes.heading}>{t("list.heading")}</FocusHeading>
        <div className={classes.actions}>
          <Button
            variant="default"
            leftSection={<IconFileImport size={20} aria-hidden />}
            onClick={() => setDialog({ kind: "import" })}
          >
            {t("list.import")}
          </Button>
          <Button component={Link} href="/studio/new" leftSection={<IconPlus size={20} aria-hidden />}>
            {t(hasDraft(NEW) ? "list.goOn" : "list.new")}
          </Button>
        </div>
      </div>
      {(quizzes?.length ?? 0) >= SEARCHED && (
        <TextInput
          className={classes.search}
          aria-label={t("list.search")}
          placeholder={t("list.search")}
          leftSection={<IconSearch size={18} aria-hidden />}
          value={query}
          onChange={(event) => setQuery(event.currentTarget.value)}
        />
      )}
      {failed && (
        <p role="alert" className={classes.failed}>
          {t("list.failed")}{" "}
          <Button variant="default" onClick={reload}>
            {t("list.retry")}
          </Button>
        </p>
      )}
      {quizzes === undefined && !failed && <Waiting label={t("list.loading")} />}
      {quizzes?.length === 0 && <Empty onImport={() => setDialog({ kind: "import" })} />}
      <ul className={classes.cards}>
        {shown?.map((quiz) => (
          <QuizCard
            key={quiz.id}
            quiz={quiz}
            onDuplicate={() => duplicate(quiz)}
            onExport={() => setDialog({ kind: "export", quiz })}
            onDelete={() => setDialog({ kind: "delete", quiz })}
          />
        ))}
      </ul>
      {wanted !== "" && shown?.length === 0 && <p role="status">{t("list.nothing", { query })}</p>}
      {more && (
        <Button variant="default" onClick={loadMore}>
          {t("list.more")}
        </Button>
      )}
      <Suspense>
        {dialog?.kind === "import" && (
          <ImportDialog
            onClose={() => setDialog(undefined)}
            onImported={(id) => {
              setDialog(undefined);
              go(`/studio/${id}`);
            }}
          />
        )}
        {dialog?.kind === "export" && (
          <ExportDialog quizId={dialog.quiz.id} title={dialog.quiz.title} onClose={() => setDialog(undefined)} />
        )}
      </Suspense>
      {dialog?.kind === "delete" && (
        <DeleteDialog quiz={dialog.quiz} onClose={() => setDialog(undefined)} onDeleted={hide} onRestored={reload} />
      )}
    </PageFrame>
  );
}

function Waiting({ label }: { label: string }) {
  return (
    <div role="status" aria-label={label} className={classes.cards}>
      {["a", "b", "c"].map((each) => (
        <Skeleton key={each} height={132} radius={20} />
      ))}
    </div>
  );
}

function Empty({ onImport }: { onImport: () => void }) {
  const { t } = useTranslation("studio");
  return (
    <section className={classes.empty}>
      <h2>{t("list.emptyTitle")}</h2>
      <p>{t("list.emptyText")}</p>
      <div className={classes.actions}>
        <Button component={Link} href="/studio/new" size="lg" leftSection={<IconPlus size={20} aria-hidden />}>
          {t("list.new")}
        </Button>
        <Button size="lg" variant="default" onClick={onImport} leftSection={<IconFileImport size={20} aria-hidden />}>
          {t("list.import")}
        </Button>
        <Button size="lg" variant="subtle" component={Link} href="/host">
          {t("list.examples")}
        </Button>
      </div>
    </section>
  );
}
