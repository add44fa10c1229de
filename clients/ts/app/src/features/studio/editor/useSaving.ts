// Saving, and what follows from it: the address of a new quiz, the place of a mistake, the choice after a conflict, a test game.
import { useSession } from "@trivium/client/react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { showFailure } from "../failure";
import { draftOf } from "../model/draft";
import { isUnsaved } from "../model/history";
import { makeTestRoom, newest, saveCopy, saveDraft } from "../model/saving";
import { useEditor } from "./context";

export interface Saving {
  /** Whether somebody else saved a newer revision, and a choice is due. */
  readonly conflict: boolean;
  /** Whether a test game is being made. */
  readonly testing: boolean;
  /** Saves; whether the server has everything afterwards. */
  save(): Promise<boolean>;
  /** Saves on top of the other revision, which stays in the history. */
  keepMine(): Promise<void>;
  /** Saves as another quiz, and leaves this one to the other revision. */
  keepBoth(): Promise<void>;
  /** Takes the other revision; one step back brings the own draft again. */
  takeTheirs(): Promise<void>;
  /** Goes on editing without a choice. */
  dismiss(): void;
  /** Saves, makes a room with the quiz, and opens its host page in another tab. */
  test(): Promise<void>;
}

interface Hooks {
  onCreated(id: string): void;
  /** The form is to be seen, as there is something to mend. */
  onShow(): void;
}

export function useSaving({ onCreated, onShow }: Hooks): Saving {
  const { t } = useTranslation("studio");
  const session = useSession();
  const editor = useEditor();
  const [conflict, setConflict] = useState(false);
  const [testing, setTesting] = useState(false);
  const [place, setPlace] = useState<{ path: string }>();
  useFocusAt(place);

  const save = async (onto?: number): Promise<boolean> => {
    const before = editor.getState().id;
    const result = await saveDraft(session, editor, onto);
    switch (result.kind) {
      case "saved": {
        setConflict(false);
        toast.success(t("save.done"), { id: "saved" });
        const { id } = editor.getState();
        if (before === "") onCreated(id);
        return true;
      }
      case "unchanged":
        return !isUnsaved(editor.getState());
      case "invalid":
        editor.select(result.selected);
        onShow();
        setPlace({ path: result.path });
        toast.error(t("save.invalid"), { id: "invalid" });
        return false;
      case "conflict":
        setConflict(true);
        return false;
      case "failed":
        showFailure(result.error);
        return false;
    }
  };

  const attempt = async (work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      showFailure(error);
    }
  };

  return {
    conflict,
    testing,
    save: () => save(),
    dismiss: () => setConflict(false),
    keepMine: () =>
      attempt(async () => {
        const { revision } = await newest(session, editor.getState().id);
        await save(revision);
      }),
    keepBoth: () =>
      attempt(async () => {
        const { draft, id } = editor.getState();
        await saveCopy(session, draft, t("conflict.copyOf", { title: draft.title }));
        const theirs = await newest(session, id);
        const saved = draftOf(theirs);
        editor.edit(() => saved);
        editor.settle(saved, id, theirs.revision);
        setConflict(false);
        toast.success(t("conflict.copied"));
      }),
    takeTheirs: () =>
      attempt(async () => {
        const theirs = await newest(session, editor.getState().id);
        const saved = draftOf(theirs);
        editor.edit(() => saved);
        editor.settle(saved, theirs.id, theirs.revision);
        setConflict(false);
        toast(t("conflict.taken"), { action: { label: t("editor.undo"), onClick: () => editor.undo() } });
      }),
    test: async () => {
      // A tab that is opened after the answer would count as unasked for.
      const tab = window.open("about:blank", "_blank");
      setTesting(true);
      await attempt(async () => {
        if (!(await save())) return tab?.close();
        const { id, draft } = editor.getState();
        try {
          const address = `/host/${await makeTestRoom(session, id, t("test.room", { title: draft.title }))}`;
          if (tab === null) toast(t("test.ready"), { action: { label: t("test.open"), onClick: () => open(address) } });
          else tab.location.href = address;
        } catch (error) {
          tab?.close();
          throw error;
        }
      });
      setTesting(false);
    },
  };
}

/** Moves the focus to the field of a path, once it is there. */
function useFocusAt(place: { path: string } | undefined): void {
  const done = useRef<{ path: string }>(undefined);
  useEffect(() => {
    if (place === undefined || place === done.current) return;
    done.current = place;
    const fields = [...document.querySelectorAll<HTMLElement>("[data-path]")];
    // The nearest field where the path is about a whole list or message.
    const field =
      fields.find((each) => each.dataset.path === place.path) ??
      fields.find((each) => each.dataset.path?.startsWith(place.path) === true);
    field?.focus();
    field?.scrollIntoView?.({ block: "center" });
  });
}
