// What is shown of commands that were given before the page was loaded and have no answer yet.

import { create } from "@bufbuild/protobuf";
import {
  MessageSchema,
  type SendMessageRequest,
  type SendMessageResponse,
  type SubmitAnswerRequest,
  type SubmitAnswerResponse,
} from "../proto.js";
import type { LocalEffect } from "../types.js";
import type { Outcome, PendingCommand } from "./commands.js";

/** The effects of restored commands on a room. */
export function keptEffects(
  commands: readonly PendingCommand[],
  roomId: string,
  userId: string,
  nowMs: number,
): LocalEffect[] {
  return commands.flatMap(({ field, request }): LocalEffect[] => {
    if (field === "submitAnswer") {
      const { questionIndex, answer, roomId: of } = request as SubmitAnswerRequest;
      return of === roomId && answer ? [{ kind: "answer-sending", questionIndex, answer }] : [];
    }
    if (field === "sendMessage") {
      const { requestId, text, replyTo, roomId: of } = request as SendMessageRequest;
      const message = create(MessageSchema, { authorId: userId, text, replyTo, sendTimeMs: BigInt(Math.round(nowMs)) });
      return of === roomId ? [{ kind: "message-sending", key: requestId, message }] : [];
    }
    return [];
  });
}

/** How a restored command ended, as its room shows it. */
export function outcomeEffect(
  { field, request }: PendingCommand,
  outcome: Outcome,
): { roomId: string; effect: LocalEffect } | undefined {
  if (field === "submitAnswer") {
    const { roomId, questionIndex } = request as SubmitAnswerRequest;
    if ("error" in outcome) return { roomId, effect: { kind: "answer-refused", questionIndex, error: outcome.error } };
    const { responseMs, creditMs } = outcome.answer as SubmitAnswerResponse;
    return { roomId, effect: { kind: "answer-locked", questionIndex, responseMs, creditMs } };
  }
  if (field === "sendMessage") {
    const { roomId, requestId: key } = request as SendMessageRequest;
    if ("error" in outcome) return { roomId, effect: { kind: "message-failed", key, error: outcome.error } };
    const { message } = outcome.answer as SendMessageResponse;
    return message && { roomId, effect: { kind: "message-saved", key, message } };
  }
  return undefined;
}
