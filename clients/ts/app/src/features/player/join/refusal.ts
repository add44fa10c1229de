// Why somebody does not come in: what can be mended in the form, and what cannot.
import { ConnectError } from "@connectrpc/connect";
import { reason } from "@trivium/client";

/** Ends of the road, each with a sentence and what to do (`gone.*` of the texts). */
export type Door = "room" | "late" | "banned" | "removed" | "closed" | "left" | "superseded";

/** The end that a refusal is; `undefined` where another name or another try may do. */
export function doorOf(error: unknown): Door | undefined {
  switch (reason(error)) {
    // The server tells outsiders no more than this about any room.
    case "ROOM_NOT_FOUND":
    case "NO_SUCH_ROOM":
    case "WRONG_CODE":
    case "NOT_INVITED":
    case "ROOM_LOCKED":
    case "ROOM_FULL":
      return "room";
    case "LATE_JOIN_CLOSED":
      return "late";
    case "BANNED":
      return "banned";
    case "ROOM_CLOSED":
      return "closed";
    case "SUPERSEDED":
      return "superseded";
    default:
      return undefined;
  }
}

const MENDABLE = ["NICKNAME_TAKEN", "NICKNAME_INVALID", "NO_SUCH_TEAM", "RATE_LIMITED"] as const;

/** A refusal that can be mended: a key of the texts, and the server's own words. */
export interface Refusal {
  readonly key: `refused.${(typeof MENDABLE)[number] | "network" | "other"}`;
  readonly message: string;
}

/** What to say about a refusal that is no end of the road. */
export function refusalOf(error: unknown): Refusal {
  const why = reason(error);
  const known = MENDABLE.find((each) => each === why);
  return {
    key: known !== undefined ? `refused.${known}` : why === undefined ? "refused.network" : "refused.other",
    message: ConnectError.from(error).rawMessage,
  };
}
