// Telling the hosts that a message is not all right.
import { Button, Modal, Radio, Stack, Textarea } from "@mantine/core";
import { type Message, ReportReason } from "@trivium/client/proto";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { notifySuccess } from "../../../lib/notify";
import { useTalk } from "../model/talk";

/** Reasons in the order of the form, with the keys of their names. */
export const REPORT_REASONS = [
  [ReportReason.SPAM, "report.spam"],
  [ReportReason.HARASSMENT, "report.harassment"],
  [ReportReason.INAPPROPRIATE, "report.inappropriate"],
  [ReportReason.SAFETY, "report.safety"],
  [ReportReason.OTHER, "report.other"],
] as const;

/** Longest text of the wire. */
const LONGEST = 500;

export function ReportDialog({ message, onClose }: { message: Message; onClose: () => void }) {
  const { t } = useTranslation(["talk", "common"]);
  const { commands } = useTalk();
  const [reason, setReason] = useState<ReportReason>(ReportReason.SPAM);
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    // The dialog stands inside of a form of the page, in React's tree.
    event.stopPropagation();
    setBusy(true);
    const done = await commands.report(message.seq, reason, text.trim());
    setBusy(false);
    if (!done) return;
    void notifySuccess(t("report.done"));
    onClose();
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("report.title", { name: message.authorNickname })}
      closeButtonProps={{ "aria-label": t("common:close") }}
    >
      <form onSubmit={(event) => void submit(event)}>
        <Stack gap="md">
          <Radio.Group
            label={t("report.why")}
            value={String(reason)}
            onChange={(value) => setReason(REPORT_REASONS.find(([each]) => String(each) === value)?.[0] ?? reason)}
          >
            <Stack gap="sm" mt="xs">
              {REPORT_REASONS.map(([each, key]) => (
                <Radio key={each} size="md" value={String(each)} label={t(key)} />
              ))}
            </Stack>
          </Radio.Group>
          <Textarea
            label={t("report.text")}
            maxLength={LONGEST}
            rows={3}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <Button type="submit" loading={busy}>
            {t("report.send")}
          </Button>
        </Stack>
      </form>
    </Modal>
  );
}
