// What every way of answering has in common.
import type { Answer, AnswerForm } from "@trivium/client/proto";
import type { ReactNode } from "react";

/** An answer as the wire has it: `{ case: "choice", value: 2 }`. */
export type AnswerValue = Exclude<Answer["value"], { case: undefined }>;

export interface AnswerProps {
  readonly form: AnswerForm;
  /** Options taken away for this player, by position as shown. */
  readonly hidden: readonly number[];
  /** What was answered, from the moment of sending. */
  readonly given: AnswerValue | undefined;
  /** Nothing may be changed any more: sent, locked, paused or too late. */
  readonly disabled: boolean;
  /** Stands where the button to send would be; `null` where there is nothing to say. */
  readonly status: ReactNode;
  submit(answer: AnswerValue): void;
}
