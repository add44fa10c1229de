// Hosting: `/host` picks a quiz and opens a room, `/host/:roomId` is projector and controls in one page.

import { useParams } from "wouter";
import { registerNamespace } from "../../i18n";
import { AccountSession } from "../../lib/sessions";
import de from "./de.json";
import en from "./en.json";
import { HostRoom } from "./HostRoom";
import { Setup } from "./setup/Setup";

registerNamespace("host", { en, de });

/** The page. */
export default function Host() {
  const { roomId } = useParams<{ roomId?: string }>();
  return (
    <AccountSession>{roomId === undefined ? <Setup /> : <HostRoom key={roomId} roomId={roomId} />}</AccountSession>
  );
}
