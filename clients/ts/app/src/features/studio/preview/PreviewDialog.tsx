// The preview where there is no room for it beside the form.
import { Modal } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Item } from "../model/draft";
import { Preview } from "./Preview";

export function PreviewDialog({ item, onClose }: { item: Item; onClose: () => void }) {
  const { t } = useTranslation("studio");
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("preview.title")}
      closeButtonProps={{ "aria-label": t("common:close") }}
      size="md"
    >
      <Preview item={item} />
    </Modal>
  );
}
