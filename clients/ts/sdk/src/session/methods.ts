// Which calls go by the session's stream, and how: read off the descriptors, so that a call that is added to the protos needs
// nothing here.
//
// A unary method goes by the stream where `ConnectRequest` has a field for its request. Its answer is the field of `Reply` with
// the same number.

import type { DescField, DescMessage, DescMethodUnary } from "@bufbuild/protobuf";
import {
  AcknowledgeRequestSchema,
  ChatService,
  ConnectRequestSchema,
  CreateQuizRequestSchema,
  GetQuizRequestSchema,
  GetResultsRequestSchema,
  ListActivityRequestSchema,
  ListAuditRequestSchema,
  ListEventsRequestSchema,
  ListKeyEventsRequestSchema,
  ListMessageEditsRequestSchema,
  ListReportsRequestSchema,
  QuizService,
  ReplySchema,
  ReportDrawnRequestSchema,
  SearchMessagesRequestSchema,
  SetTypingRequestSchema,
  UpdateQuizRequestSchema,
} from "../proto.js";
import type { Kind } from "./outbox.js";

/** A call that goes by the stream. */
export interface StreamMethod {
  readonly method: DescMethodUnary;
  /** Name of the field of `ConnectRequest`, and of `Reply`. */
  readonly field: string;
  readonly kind: Kind;
  /** Whether it is worth keeping over a reload of the page while it has no answer. */
  readonly kept: boolean;
}

/** Worth nothing later. Marks of reading are told anew after a cut, newer than these. */
const FLEETING: ReadonlySet<DescMessage> = new Set([
  SetTypingRequestSchema,
  ReportDrawnRequestSchema,
  AcknowledgeRequestSchema,
]);
/** People typed it, and would miss it. */
const KEPT: readonly DescMethodUnary[] = [
  QuizService.method.submitAnswer,
  ChatService.method.sendMessage,
  ChatService.method.sendSealedMessage,
];
/** Quizzes, searches and lists of what has happened are large, and would hold up what comes behind them on the stream. */
const BULKY: ReadonlySet<DescMessage> = new Set([
  CreateQuizRequestSchema,
  UpdateQuizRequestSchema,
  GetQuizRequestSchema,
  GetResultsRequestSchema,
  ListEventsRequestSchema,
  ListMessageEditsRequestSchema,
  SearchMessagesRequestSchema,
  ListActivityRequestSchema,
  ListAuditRequestSchema,
  ListReportsRequestSchema,
  ListKeyEventsRequestSchema,
]);

/** The field that says by which id a retry is recognised. */
export function requestIdField(input: DescMessage): DescField | undefined {
  return input.fields.find((field) => field.name === "request_id");
}

const KNOWN = new Map<DescMethodUnary, StreamMethod | undefined>();

/** How a call goes by the stream; `undefined` for those that do not. Worked out when it is first asked for. */
export function streamMethod(method: DescMethodUnary): StreamMethod | undefined {
  if (!KNOWN.has(method)) KNOWN.set(method, find(method));
  return KNOWN.get(method);
}

/** A call that is kept over reloads, by the field of its request. */
export function keptMethodOf(field: string): StreamMethod | undefined {
  return KEPT.map(streamMethod).find((kept) => kept?.field === field);
}

function find(method: DescMethodUnary): StreamMethod | undefined {
  if (BULKY.has(method.input)) return undefined;
  const request = ConnectRequestSchema.fields.find((field) => field.message === method.input);
  const reply = ReplySchema.fields.find((field) => field.number === request?.number);
  if (!request || reply?.message !== method.output || reply.localName !== request.localName) return undefined;
  const kind = { ordered: requestIdField(method.input) !== undefined, fleeting: FLEETING.has(method.input) };
  return { method, field: request.localName, kind, kept: KEPT.includes(method) };
}
