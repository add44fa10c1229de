// Errors: the same `ConnectError`, with the same details, whether a refusal came as a unary status or as a reply on the stream.
//
// The three details of google.rpc that the server uses are read and written field by field, as three messages of a few fields
// are not worth a dependency; the one of its own is generated.

import { create, toBinary } from "@bufbuild/protobuf";
import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { Code, ConnectError } from "@connectrpc/connect";
import { CurrentDevicesSchema, type Device, ErrorSchema, type Error as WireError } from "../proto.js";

const ERROR_INFO = "google.rpc.ErrorInfo";
const BAD_REQUEST = "google.rpc.BadRequest";
const RETRY_INFO = "google.rpc.RetryInfo";
const CURRENT_DEVICES = CurrentDevicesSchema.typeName;
/** The domain of the server's reasons. */
const DOMAIN = "trivium";
/** The domain of reasons that this package gives itself. */
export const OWN_DOMAIN = "trivium-client";

/** One broken rule of a request. */
export interface FieldViolation {
  /** Path of the field, such as `quiz.questions[2].text`. */
  readonly field: string;
  /** What is wrong with it. */
  readonly description: string;
}

/**
 * The stable name of the reason, such as `QUESTION_CLOSED`, by which programs decide; `undefined` if nobody gave one. Reasons
 * of this package itself are `SUPERSEDED`, `PROTOCOL_ERROR`, `OUTBOX_FULL`, `NOT_CONNECTED` and `CLOSED`.
 */
export function reason(error: unknown): string | undefined {
  return info(error)?.get(1)?.[0]?.text || undefined;
}

/** What the reason is about, such as `{ room_id: "…" }`. */
export function reasonMetadata(error: unknown): Record<string, string> {
  const pairs = (info(error)?.get(3) ?? []).map(({ bytes }) => {
    const pair = fields(bytes);
    return [pair.get(1)?.[0]?.text ?? "", pair.get(2)?.[0]?.text ?? ""] as const;
  });
  return Object.fromEntries(pairs);
}

/** Which fields of the request broke which rule. */
export function fieldViolations(error: unknown): FieldViolation[] {
  const violations = detail(error, BAD_REQUEST)?.get(1) ?? [];
  return violations.map(({ bytes }) => {
    const violation = fields(bytes);
    return { field: violation.get(1)?.[0]?.text ?? "", description: violation.get(2)?.[0]?.text ?? "" };
  });
}

/** How long to wait before the same request can succeed, in milliseconds; `undefined` if the server does not say. */
export function retryAfterMs(error: unknown): number | undefined {
  const delay = detail(error, RETRY_INFO)?.get(1)?.[0];
  if (!delay) return undefined;
  const duration = fields(delay.bytes);
  return Number(duration.get(1)?.[0]?.number ?? 0n) * 1_000 + Number(duration.get(2)?.[0]?.number ?? 0n) / 1e6;
}

/** With `STALE_DEVICES`: the devices that a sealed message has to be for; `undefined` if the server does not say. */
export function currentDevices(error: unknown): readonly Device[] | undefined {
  if (!(error instanceof ConnectError)) return undefined;
  return error.findDetails(CurrentDevicesSchema)[0]?.devices;
}

/** Whether the same request may succeed later, by the code. */
export function isTemporary({ code }: ConnectError): boolean {
  return code === Code.Unavailable || code === Code.ResourceExhausted || code === Code.DeadlineExceeded;
}

/** The error of a reply on the stream, as the unary call would have thrown it. */
export function fromWire(error: WireError): ConnectError {
  const thrown = new ConnectError(error.message, error.code in Code ? error.code : Code.Unknown);
  thrown.isWireError = true;
  if (error.reason !== "") {
    thrown.details.push({ type: ERROR_INFO, value: errorInfo(error.reason, DOMAIN, error.metadata) });
  }
  if (error.fieldViolations.length > 0) {
    const writer = new BinaryWriter();
    for (const { field, description } of error.fieldViolations) {
      writer.tag(1, WireType.LengthDelimited).fork();
      text(text(writer, 1, field), 2, description).join();
    }
    thrown.details.push({ type: BAD_REQUEST, value: writer.finish() });
  }
  if (error.retryAfterMs > 0) {
    const writer = new BinaryWriter().tag(1, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.Varint).int64(Math.floor(error.retryAfterMs / 1_000));
    writer.tag(2, WireType.Varint).int32((error.retryAfterMs % 1_000) * 1_000_000);
    thrown.details.push({ type: RETRY_INFO, value: writer.join().finish() });
  }
  if (error.currentDevices !== undefined) {
    thrown.details.push({ type: CURRENT_DEVICES, value: toBinary(CurrentDevicesSchema, error.currentDevices) });
  }
  return thrown;
}

/** The error of plain HTTP: `body` is JSON with a reason and a sentence, or whatever stands between has answered. */
export function httpError(code: Code, body: string, retryAfterMs: number): ConnectError {
  let told: unknown;
  try {
    told = JSON.parse(body);
  } catch {
    told = undefined;
  }
  const { reason: why, message } = (typeof told === "object" && told !== null ? told : {}) as Record<string, unknown>;
  return fromWire(
    create(ErrorSchema, {
      code,
      reason: typeof why === "string" ? why : "",
      message: typeof message === "string" ? message : body.slice(0, 200),
      retryAfterMs,
    }),
  );
}

/** An error of this package's own, with a reason like the server's. */
export function ownError(code: Code, name: string, message: string, cause?: unknown): ConnectError {
  const error = new ConnectError(message, code, undefined, undefined, cause);
  error.details.push({ type: ERROR_INFO, value: errorInfo(name, OWN_DOMAIN, {}) });
  return error;
}

function errorInfo(name: string, domain: string, metadata: Record<string, string>): Uint8Array {
  const writer = text(text(new BinaryWriter(), 1, name), 2, domain);
  for (const [key, value] of Object.entries(metadata)) {
    writer.tag(3, WireType.LengthDelimited).fork();
    text(text(writer, 1, key), 2, value).join();
  }
  return writer.finish();
}

function text(writer: BinaryWriter, field: number, value: string): BinaryWriter {
  return value === "" ? writer : writer.tag(field, WireType.LengthDelimited).string(value);
}

function info(error: unknown): Map<number, Value[]> | undefined {
  return detail(error, ERROR_INFO);
}

function detail(error: unknown, type: string): Map<number, Value[]> | undefined {
  if (!(error instanceof ConnectError)) return undefined;
  for (const candidate of error.details) {
    if ("type" in candidate && candidate.type === type) return fields(candidate.value);
  }
  return undefined;
}

interface Value {
  readonly number: bigint;
  readonly bytes: Uint8Array;
  readonly text: string;
}

/** The fields of an encoded message; whatever is not well formed ends it. */
function fields(encoded: Uint8Array): Map<number, Value[]> {
  const found = new Map<number, Value[]>();
  const add = (field: number, value: Partial<Value>) => {
    const values = found.get(field) ?? [];
    found.set(field, [...values, { number: 0n, bytes: new Uint8Array(), text: "", ...value }]);
  };
  try {
    const reader = new BinaryReader(encoded);
    while (reader.pos < reader.len) {
      const [field, type] = reader.tag();
      if (type === WireType.Varint) {
        add(field, { number: BigInt(reader.int64()) });
      } else if (type === WireType.LengthDelimited) {
        const bytes = reader.bytes();
        add(field, { bytes, text: new TextDecoder().decode(bytes) });
      } else {
        reader.skip(type, field);
      }
    }
  } catch {
    // A detail of a later server may have another form; what was read so far counts.
  }
  return found;
}
