// The editor's bar: way back, how the draft stands, back and forth, preview, test, export, save.
import { ActionIcon, Button, Menu, Tooltip } from "@mantine/core";
import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconArrowLeft,
  IconDeviceFloppy,
  IconDotsVertical,
  IconEye,
  IconFileExport,
  IconPlayerPlay,
} from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { isUnsaved } from "../model/history";
import { useEditor, useEditorState } from "./context";
import type { Saving } from "./useSaving";
import classes from "./workbench.module.css";

const ExportDialog = lazy(() => import("../files/ExportDialog"));

interface Props {
  readonly saving: Saving;
  /** Absent where the preview stands beside the form. */
  readonly onPreview: (() => void) | undefined;
  readonly hasQuestion: boolean;
}

export function Bar({ saving, onPreview, hasQuestion }: Props) {
  const { t } = useTranslation("studio");
  const editor = useEditor();
  const title = useEditorState((state) => state.draft.title);
  const unsaved = useEditorState(isUnsaved);
  const busy = useEditorState((state) => state.saving);
  const canUndo = useEditorState((state) => state.past.length > 0);
  const canRedo = useEditorState((state) => state.future.length > 0);
  const id = useEditorState((state) => state.id);
  const [exporting, setExporting] = useState(false);
  const state = busy ? "saving" : unsaved ? "unsaved" : "saved";
  return (
    <div className={classes.bar}>
      <ActionIcon component={Link} href="/studio" aria-label={t("editor.back")}>
        <IconArrowLeft aria-hidden />
      </ActionIcon>
      <div className={classes.name}>
        <strong>{title.trim() === "" ? t("editor.untitled") : title}</strong>
        <span role="status" data-state={state}>
          {t(`editor.${state}`)}
        </span>
      </div>
      <div className={classes.tools}>
        <Tool label={t("editor.undo")} disabled={!canUndo} onClick={editor.undo}>
          <IconArrowBackUp aria-hidden />
        </Tool>
        <Tool label={t("editor.redo")} disabled={!canRedo} onClick={editor.redo}>
          <IconArrowForwardUp aria-hidden />
        </Tool>
        {onPreview !== undefined && (
          <Tool label={t("preview.title")} disabled={!hasQuestion} onClick={onPreview}>
            <IconEye aria-hidden />
          </Tool>
        )}
        <Menu position="bottom-end" width={250} withInitialFocusPlaceholder={false}>
          <Menu.Target>
            <ActionIcon aria-label={t("editor.more")}>
              <IconDotsVertical size={20} aria-hidden />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item
              leftSection={<IconPlayerPlay size={18} aria-hidden />}
              disabled={saving.testing}
              onClick={() => void saving.test()}
            >
              {t("test.start")}
            </Menu.Item>
            <Menu.Item
              leftSection={<IconFileExport size={18} aria-hidden />}
              onClick={() => void saving.save().then(setExporting)}
            >
              {t("list.export")}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
        <Button
          className={classes.save}
          leftSection={<IconDeviceFloppy size={20} aria-hidden />}
          loading={busy}
          // Stays focusable, and pressing it when all is saved does no harm.
          aria-disabled={!unsaved}
          data-quiet={!unsaved || undefined}
          onClick={() => void saving.save()}
        >
          {t("common:save")}
        </Button>
      </div>
      <Suspense>{exporting && <ExportDialog quizId={id} title={title} onClose={() => setExporting(false)} />}</Suspense>
    </div>
  );
}

interface ToolProps {
  readonly label: string;
  readonly disabled: boolean;
  readonly onClick: () => void;
  readonly children: React.ReactNode;
}

function Tool({ label, disabled, onClick, children }: ToolProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        aria-label={label}
        aria-disabled={disabled}
        className={classes.tool}
        onClick={() => {
          if (!disabled) onClick();
        }}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
