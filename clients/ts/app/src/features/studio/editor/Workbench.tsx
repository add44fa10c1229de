// The editor's page: bar with save and history, questions at the side, form in the middle, preview beside it where it fits.
import { useMediaQuery } from "@mantine/hooks";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { PageFrame } from "../../../components/PageFrame";
import type { Kept } from "../model/kept";
import { Preview } from "../preview/Preview";
import { PreviewDialog } from "../preview/PreviewDialog";
import { Bar } from "./Bar";
import { ConflictDialog } from "./ConflictDialog";
import { useEditorState } from "./context";
import { QuestionForm } from "./QuestionForm";
import { QuestionList } from "./QuestionList";
import { QuizForm } from "./QuizForm";
import { RestoredNote } from "./RestoredNote";
import { useKeys } from "./useKeys";
import { useSaving } from "./useSaving";
import classes from "./workbench.module.css";

interface Props {
  readonly restored: Kept | undefined;
  readonly onCreated: (id: string) => void;
}

export function Workbench({ restored, onCreated }: Props) {
  const { t } = useTranslation("studio");
  const selected = useEditorState((state) => state.selected);
  const item = useEditorState((state) => state.draft.items.find(({ id }) => id === state.selected));
  // On a phone list and form take turns.
  const [pane, setPane] = useState<"list" | "form">("list");
  const narrow = useMediaQuery("(max-width: 56em)", false, { getInitialValueInEffect: false });
  const wide = useMediaQuery("(min-width: 78em)", true, { getInitialValueInEffect: false });
  const [previewing, setPreviewing] = useState(false);
  const showForm = () => setPane("form");
  const saving = useSaving({ onCreated, onShow: showForm });
  useKeys(saving.save);
  const form = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another question begins at its top
  useEffect(() => {
    form.current?.scrollTo?.({ top: 0 });
  }, [selected]);

  return (
    <PageFrame width="full" bar={<h1 className="visually-hidden">{t("editor.heading")}</h1>}>
      <Bar saving={saving} onPreview={wide ? undefined : () => setPreviewing(true)} hasQuestion={item !== undefined} />
      <RestoredNote restored={restored} />
      <div className={classes.bench} data-pane={narrow ? pane : undefined}>
        {(!narrow || pane === "list") && (
          <nav className={classes.side} aria-label={t("editor.questions")}>
            <QuestionList onOpen={showForm} />
          </nav>
        )}
        {(!narrow || pane === "form") && (
          <section className={classes.form} ref={form} aria-label={t("editor.form")}>
            {item === undefined ? (
              <QuizForm onBack={narrow ? () => setPane("list") : undefined} />
            ) : (
              <QuestionForm key={item.id} item={item} onBack={narrow ? () => setPane("list") : undefined} />
            )}
          </section>
        )}
        {wide && (
          <aside className={classes.preview} aria-label={t("preview.title")}>
            {item === undefined ? <p className={classes.noPreview}>{t("preview.none")}</p> : <Preview item={item} />}
          </aside>
        )}
      </div>
      {previewing && item !== undefined && <PreviewDialog item={item} onClose={() => setPreviewing(false)} />}
      {saving.conflict && <ConflictDialog saving={saving} />}
    </PageFrame>
  );
}
