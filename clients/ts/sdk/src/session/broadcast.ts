// Data sent to programs, as the handlers of applications get it.
//
// Neighbours: `rooms` and the session for tests hand events on through this.

import type { ConnectResponse } from "../proto.js";
import type { BroadcastListener } from "../types.js";

/** A listener of events that hands broadcasts of this name on, or all if it is empty. What is not JSON is left out. */
export function broadcasts(name: string, listener: BroadcastListener): (message: ConnectResponse) => void {
  return ({ response }) => {
    if (response.case !== "event" || response.value.event.case !== "broadcastSent") return;
    const { actorId, seq, timeMs, event } = response.value;
    const { event: called, payloadJson } = event.value;
    if (name !== "" && called !== name) return;
    let payload: unknown;
    try {
      payload = JSON.parse(payloadJson);
    } catch {
      return;
    }
    listener({ event: called, payload, actorId, seq, timeMs });
  };
}
