// The room's chat on a phone. Loaded with all of talk when it is opened for the first time.
import { useTranslation } from "react-i18next";
import "../../talk";
import { Talk } from "../../talk/Talk";
import { Sheet } from "./Sheet";

export default function ChatDrawer({ roomId, onClose }: { roomId: string; onClose(): void }) {
  const { t } = useTranslation("player");
  return (
    <Sheet title={t("chat.title")} position="bottom" onClose={onClose}>
      <Talk roomId={roomId} bare />
    </Sheet>
  );
}
