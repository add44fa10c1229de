// Request ids: by them the server recognises a retry, so that a command takes effect once.

import type { DescMessage, Message } from "@bufbuild/protobuf";
import { requestIdField } from "./methods.js";

/** The request with a `request_id`, if it is of a kind that has one. The caller's own message is left as it is. */
export function withRequestId<T extends Message>(input: DescMessage, request: T): T {
  const field = requestIdField(input);
  if (!field) return request;
  const given = (request as unknown as Record<string, unknown>)[field.localName];
  return typeof given === "string" && given !== "" ? request : { ...request, [field.localName]: newRequestId() };
}

/** 128 random bits, in hexadecimal digits. `randomUUID` is missing on pages without TLS. */
export function newRequestId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
