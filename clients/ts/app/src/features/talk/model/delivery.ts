// How far an own message got: on its way, saved, with somebody's device, read by somebody.
import type { ChatMessage, ReceiptsView } from "@trivium/client";

/** The state of an own message, with counts of the others as far as they are known. */
export interface Delivery {
  readonly step: "sending" | "failed" | "saved" | "delivered" | "read";
  readonly delivered: number;
  readonly read: number;
  /** How many others there are; 0 where their marks are not known. */
  readonly others: number;
}

/** Where an own message stands, by the marks of others that the caller may see. */
export function deliveryOf(entry: ChatMessage, receipts: ReceiptsView, ownId: string): Delivery {
  const { status, message } = entry;
  if (status !== "saved") return { step: status, delivered: 0, read: 0, others: 0 };
  let delivered = 0;
  let read = 0;
  let others = 0;
  for (const [userId, receipt] of receipts.others) {
    if (userId === ownId) continue;
    others += 1;
    if (receipt.deliveredSeq >= message.seq || receipt.readSeq >= message.seq) delivered += 1;
    if (receipt.readSeq >= message.seq) read += 1;
  }
  const step = read > 0 ? "read" : delivered > 0 ? "delivered" : "saved";
  return { step, delivered, read, others };
}
