// What is shown of commands that were given before the page was loaded and have no answer yet.

import { create } from "@bufbuild/protobuf";
import {
  AttachmentSchema,
  MessageSchema,
  type SendMessageRequest,
  type SendMessageResponse,
  type SendSealedMessageRequest,
  type SendSealedMessageResponse,
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
  const common = { authorId: userId, sendTimeMs: BigInt(Math.round(nowMs)) };
  return commands.flatMap(({ field, request }): LocalEffect[] => {
    if (field === "submitAnswer") {
      const { questionIndex, answer, roomId: of } = request as SubmitAnswerRequest;
      return of === roomId && answer ? [{ kind: "answer-sending", questionIndex, answer }] : [];
    }
    if (field === "sendMessage") {
      const {
        requestId,
        roomId: of,
        text,
        replyTo,
        threadSeq,
        attachmentIds,
        link,
        question,
      } = request as SendMessageRequest;
      const attachments = attachmentIds.map((id) => create(AttachmentSchema, { id }));
      const message = create(MessageSchema, {
        ...common,
        text,
        replyTo,
        threadSeq,
        attachments,
        ...(link && { link }),
        ...(question && { question }),
      });
      return of === roomId ? [{ kind: "message-sending", key: requestId, message }] : [];
    }
    if (field === "sendSealedMessage") {
      const { requestId, roomId: of, sealed, replyTo } = request as SendSealedMessageRequest;
      const message = create(MessageSchema, { ...common, replyTo, ...(sealed && { sealed }) });
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
  if (field === "sendMessage" || field === "sendSealedMessage") {
    const { roomId, requestId: key } = request as SendMessageRequest | SendSealedMessageRequest;
    if ("error" in outcome) return { roomId, effect: { kind: "message-failed", key, error: outcome.error } };
    const { message } = outcome.answer as SendMessageResponse | SendSealedMessageResponse;
    return message && { roomId, effect: { kind: "message-saved", key, message } };
  }
  return undefined;
}
