// Beginning a conversation: with one or some of those who are known here, open to the server or sealed to its readers.
import { Button, Modal, MultiSelect, Stack, Switch, TextInput } from "@mantine/core";
import { type Member, RoomService } from "@trivium/client/proto";
import { useSession } from "@trivium/client/react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { notifyError } from "../../../lib/notify";

/** Most others in a conversation. */
const MOST = 31;

interface Props {
  /** Who can be chosen. */
  readonly people: readonly Pick<Member, "userId" | "nickname">[];
  /** Begins with the switch on. */
  readonly sealed?: boolean;
  readonly onClose: () => void;
  onOpened(roomId: string): void;
}

export function NewConversation({ people, sealed = false, onClose, onOpened }: Props) {
  const { t } = useTranslation(["talk", "common"]);
  const session = useSession();
  const [userIds, setUserIds] = useState<string[]>([]);
  const [title, setTitle] = useState("");
  const [endToEnd, setEndToEnd] = useState(sealed);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    if (userIds.length === 0) return;
    setBusy(true);
    try {
      const { room } = await session.client(RoomService).openConversation({ userIds, title: title.trim(), endToEnd });
      if (room !== undefined) onOpened(room.id);
      onClose();
    } catch (error) {
      void notifyError(error, "talk");
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title={t("begin.title")} closeButtonProps={{ "aria-label": t("common:close") }}>
      <form onSubmit={(event) => void submit(event)}>
        <Stack gap="md">
          <MultiSelect
            size="md"
            label={t("begin.with")}
            placeholder={userIds.length === 0 ? t("begin.pick") : ""}
            nothingFoundMessage={t("begin.nobody")}
            data={people.map(({ userId, nickname }) => ({ value: userId, label: nickname || userId }))}
            searchable
            maxValues={MOST}
            value={userIds}
            onChange={setUserIds}
          />
          <TextInput
            label={t("begin.name")}
            description={t("begin.nameHint")}
            maxLength={120}
            value={title}
            onChange={(event) => setTitle(event.currentTarget.value)}
          />
          <Switch
            size="md"
            label={t("begin.sealed")}
            description={t("begin.sealedHint")}
            checked={endToEnd}
            onChange={(event) => setEndToEnd(event.currentTarget.checked)}
          />
          <Button type="submit" loading={busy} disabled={userIds.length === 0}>
            {t("begin.go")}
          </Button>
        </Stack>
      </form>
    </Modal>
  );
}
