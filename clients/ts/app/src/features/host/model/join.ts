// Where players go: short enough to type, and the same address as a QR code.

import { normalCode } from "../../../lib/codes";

/** What people type: the host of this page. */
export function joinHost(location: Pick<Location, "host"> = window.location): string {
  return location.host;
}

/** What the QR code says. */
export function joinUrl(code: string, location: Pick<Location, "origin"> = window.location): string {
  return `${location.origin}/?code=${encodeURIComponent(normalCode(code))}`;
}

/** What the QR code of the phone remote says. */
export function remoteUrl(code: string, location: Pick<Location, "origin"> = window.location): string {
  return `${location.origin}/remote?code=${encodeURIComponent(normalCode(code))}`;
}

/** A code for readers: letter by letter. */
export function spelled(code: string): string {
  return [...normalCode(code)].join(" ");
}
