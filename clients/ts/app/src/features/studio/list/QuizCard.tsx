// A quiz in the catalogue: what it is, and what can be done with it.
import { ActionIcon, Badge, Button, Menu } from "@mantine/core";
import { IconCopy, IconDotsVertical, IconFileExport, IconPlayerPlayFilled, IconTrash } from "@tabler/icons-react";
import type { QuizSummary } from "@trivium/client/proto";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { hasDraft } from "../model/kept";
import classes from "./list.module.css";

interface Props {
  readonly quiz: QuizSummary;
  readonly onDuplicate: () => void;
  readonly onExport: () => void;
  readonly onDelete: () => void;
}

export function QuizCard({ quiz, onDuplicate, onExport, onDelete }: Props) {
  const { t, i18n } = useTranslation("studio");
  const { id, title } = quiz;
  const saved = new Date(Number(quiz.createTimeMs)).toLocaleString(i18n.language, {
    dateStyle: "medium",
    timeStyle: "short",
  });
  return (
    <li className={classes.card}>
      <div className={classes.cardHead}>
        <h2>
          <Link href={`/studio/${id}`}>{title}</Link>
        </h2>
        <Menu position="bottom-end" width={220} withInitialFocusPlaceholder={false}>
          <Menu.Target>
            <ActionIcon aria-label={t("list.menu", { title })}>
              <IconDotsVertical size={20} aria-hidden />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconCopy size={18} aria-hidden />} onClick={onDuplicate}>
              {t("list.duplicate")}
            </Menu.Item>
            <Menu.Item leftSection={<IconFileExport size={18} aria-hidden />} onClick={onExport}>
              {t("list.export")}
            </Menu.Item>
            <Menu.Divider />
            <Menu.Item className={classes.danger} leftSection={<IconTrash size={18} aria-hidden />} onClick={onDelete}>
              {t("list.delete")}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </div>
      <p className={classes.facts}>
        <span>{t("list.questions", { count: quiz.questionCount })}</span>
        <span>{t("list.saved", { time: saved })}</span>
        {hasDraft(id) && (
          <Badge variant="light" color="marigold" className={classes.unsaved}>
            {t("list.unsaved")}
          </Badge>
        )}
      </p>
      <div className={classes.cardFoot}>
        <Button
          component={Link}
          href={`/host?quiz=${encodeURIComponent(id)}`}
          variant="light"
          leftSection={<IconPlayerPlayFilled size={16} aria-hidden />}
          aria-label={t("list.hostOf", { title })}
        >
          {t("list.host")}
        </Button>
        <Button component={Link} href={`/studio/${id}`} variant="default" aria-label={t("list.editOf", { title })}>
          {t("list.edit")}
        </Button>
      </div>
    </li>
  );
}
