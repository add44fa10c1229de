// The preview where there is no room for it beside the form.

import { useTranslation } from "react-i18next";
import { Dialog } from "../Dialog";
import type { Item } from "../model/draft";
import { Preview } from "./Preview";

export function PreviewDialog({ item, onClose }: { item: Item; onClose: () => void }) {
  const { t } = useTranslation("studio");
  return (
    <Dialog onClose={onClose} title={t("preview.title")} size="md">
      <Preview item={item} />
    </Dialog>
  );
}
