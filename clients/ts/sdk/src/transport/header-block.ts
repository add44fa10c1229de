// The payload of HEADERS and TRAILERS: lines of `name: value`, as docs/webtransport.md has them in section 3.
//
// Pure bytes and strings; `envelope.ts` frames them, `call.ts` sends them.

import { Code, ConnectError } from "@connectrpc/connect";

/** Most bytes of a block. */
export const MAX_BLOCK_BYTES = 16_384;
/** Most lines of a block. */
export const MAX_BLOCK_LINES = 128;

/** Headers of Connect that say what the road says by itself, or that only mean something in HTTP/1.1. */
const NOT_SENT = new Set([
  "connection",
  "content-length",
  "content-type",
  "host",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "x-grpc-web",
  "x-user-agent",
]);

const NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
const VALUE = /^[\x20-\x7e]*$/;

/** What HEADERS of an answer says. */
export interface AnswerHead {
  /** `:status`; 200 in every answer of this version. */
  readonly status: number;
  /** Everything but the pseudo header. */
  readonly header: Headers;
}

/**
 * The block of a request.
 *
 * @throws ConnectError INVALID_ARGUMENT for a value that is not visible ASCII or for too many lines, RESOURCE_EXHAUSTED
 * for too many bytes; the server would answer the same.
 */
export function encodeRequestBlock(path: string, header: Headers): Uint8Array<ArrayBuffer> {
  const lines = [`:path: ${path}\r\n`];
  for (const [name, value] of header) {
    if (NOT_SENT.has(name)) continue;
    const said = name === "grpc-timeout" ? timeout(value) : value;
    if (!VALUE.test(said)) {
      throw new ConnectError(`the value of the header ${name} is not visible ASCII`, Code.InvalidArgument);
    }
    lines.push(`${name}: ${said}\r\n`);
  }
  if (lines.length > MAX_BLOCK_LINES) {
    throw new ConnectError(`more than ${MAX_BLOCK_LINES} headers`, Code.InvalidArgument);
  }
  const block = new TextEncoder().encode(lines.join(""));
  if (block.length > MAX_BLOCK_BYTES) {
    throw new ConnectError(`headers of ${block.length} bytes, ${MAX_BLOCK_BYTES} may be`, Code.ResourceExhausted);
  }
  return block;
}

/** Connect says milliseconds however many and with fractions; the wire takes eight digits. Rounded up: never too early. */
function timeout(value: string): string {
  if (/^\d{1,8}[HMSmun]$/.test(value)) return value;
  let amount = Math.max(0, Number.parseFloat(value));
  for (const [unit, next] of [
    ["m", 1_000],
    ["S", 60],
    ["M", 60],
  ] as const) {
    if (Math.ceil(amount) < 1e8) return `${Math.ceil(amount)}${unit}`;
    amount /= next;
  }
  return `${Math.min(Math.ceil(amount), 99_999_999)}H`;
}

/**
 * Reads the block of HEADERS of an answer.
 *
 * @throws ConnectError INTERNAL for a block that breaks the grammar or its bounds.
 */
export function parseAnswerBlock(block: Uint8Array): AnswerHead {
  if (block.length > MAX_BLOCK_BYTES) throw malformed("longer than 16 KiB");
  const lines = new TextDecoder("latin1").decode(block).split("\r\n");
  if (lines.pop() !== "") throw malformed("a line without an end");
  if (lines.length > MAX_BLOCK_LINES) throw malformed(`more than ${MAX_BLOCK_LINES} lines`);
  const header = new Headers();
  let status: number | undefined;
  for (const line of lines) {
    // Pseudo headers begin with a colon.
    const colon = line.indexOf(":", 1);
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).replace(/^ +| +$/g, "");
    if (colon < 0 || !VALUE.test(value)) throw malformed("a line that is none");
    if (name === ":status" && status === undefined && /^\d{3}$/.test(value)) status = Number(value);
    else if (NAME.test(name)) header.append(name, value);
    else throw malformed("a name that is none");
  }
  if (status === undefined) throw malformed("no status");
  return { status, header };
}

function malformed(why: string): ConnectError {
  return new ConnectError(`malformed header block: ${why}`, Code.Internal);
}
