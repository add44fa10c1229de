// Which calls go by the session's stream, and how: read off the descriptors, so that a call that is added to the protos needs
// nothing here.
//
// A unary method goes by the stream where `ConnectRequest` has a field for its request. Its answer is the field of `Reply` with
// the same number.

import type { DescField, DescMessage, DescMethod, DescMethodUnary, DescService } from "@bufbuild/protobuf";
import {
  ChatService,
  ConnectRequestSchema,
  CreateQuizRequestSchema,
  GetQuizRequestSchema,
  GetResultsRequestSchema,
  ListEventsRequestSchema,
  PresenceService,
  QuizService,
  ReplySchema,
  ReportDrawnRequestSchema,
  RoomService,
  SendMessageRequestSchema,
  SetTypingRequestSchema,
  SubmitAnswerRequestSchema,
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

const SERVICES: readonly DescService[] = [RoomService, QuizService, ChatService, PresenceService];
/** Worth nothing later. */
const FLEETING: ReadonlySet<DescMessage> = new Set([SetTypingRequestSchema, ReportDrawnRequestSchema]);
/** People typed it, and would miss it. */
const KEPT: ReadonlySet<DescMessage> = new Set([SubmitAnswerRequestSchema, SendMessageRequestSchema]);
/** Quizzes and lists of events are large, and would hold up what comes behind them on the stream. */
const BULKY: ReadonlySet<DescMessage> = new Set([
  CreateQuizRequestSchema,
  UpdateQuizRequestSchema,
  GetQuizRequestSchema,
  GetResultsRequestSchema,
  ListEventsRequestSchema,
]);

/** The field that says by which id a retry is recognised. */
export function requestIdField(input: DescMessage): DescField | undefined {
  return input.fields.find((field) => field.name === "request_id");
}

const STREAM_METHODS: readonly StreamMethod[] = SERVICES.flatMap((service) => service.methods)
  .filter(isUnary)
  .flatMap((method) => {
    if (BULKY.has(method.input)) return [];
    const request = ConnectRequestSchema.fields.find((field) => field.message === method.input);
    const reply = ReplySchema.fields.find((field) => field.number === request?.number);
    if (!request || reply?.message !== method.output || reply.localName !== request.localName) return [];
    const kind = { ordered: requestIdField(method.input) !== undefined, fleeting: FLEETING.has(method.input) };
    return [{ method, field: request.localName, kind, kept: KEPT.has(method.input) }];
  });
const BY_METHOD: ReadonlyMap<DescMethodUnary, StreamMethod> = new Map(STREAM_METHODS.map((it) => [it.method, it]));
const BY_FIELD: ReadonlyMap<string, StreamMethod> = new Map(STREAM_METHODS.map((it) => [it.field, it]));

/** How a call goes by the stream; `undefined` for those that do not. */
export function streamMethod(method: DescMethodUnary): StreamMethod | undefined {
  return BY_METHOD.get(method);
}

/** A call by the field of its request. */
export function streamMethodOf(field: string): StreamMethod | undefined {
  return BY_FIELD.get(field);
}

function isUnary(method: DescMethod): method is DescMethodUnary {
  return method.methodKind === "unary";
}
