// Files: up into a room, and down from wherever the server asks for the token.
//
// They go by plain HTTP beside the roads, to the server's own origin only: the token goes nowhere else.

import { fromJson, type JsonValue } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { type Attachment, AttachmentSchema } from "../proto.js";
import type { UploadOptions } from "../types.js";
import { httpError, ownError } from "./errors.js";
import type { Credentials } from "./token.js";

/** Longest name, in characters. */
const MAX_NAME = 200;

/** Uploads and downloads for one session. */
export class Files {
  readonly #origin: string;
  readonly #credentials: Credentials;

  constructor(origin: string, credentials: Credentials) {
    this.#origin = origin;
    this.#credentials = credentials;
  }

  /** Uploads a file into a room. */
  async upload(roomId: string, file: Blob, options: UploadOptions = {}): Promise<Attachment> {
    const given = options.name ?? ("name" in file && typeof file.name === "string" ? file.name : "file");
    const url = new URL(`/rooms/${encodeURIComponent(roomId)}/files`, this.#origin);
    url.searchParams.set("name", [...given].slice(0, MAX_NAME).join(""));
    for (let again = false; ; again = true) {
      const answer = await post(url, file, await this.#header(), options);
      const { status, body } = answer;
      if (status === 401 && !again && this.#credentials.renewable) {
        await this.#credentials.renew();
        continue;
      }
      if (status < 200 || status > 299) throw refusal(answer);
      try {
        return fromJson(AttachmentSchema, JSON.parse(body) as JsonValue, { ignoreUnknownFields: true });
      } catch (cause) {
        throw ownError(Code.Internal, "PROTOCOL_ERROR", "no attachment in the answer to an upload", cause);
      }
    }
  }

  /** A file by its path, or by its address on the server. */
  async fetch(url: string, options: { readonly signal?: AbortSignal } = {}): Promise<Blob> {
    const address = new URL(url, this.#origin);
    if (address.origin !== this.#origin) {
      throw ownError(Code.InvalidArgument, "OTHER_ORIGIN", "the token goes to its own server only");
    }
    const { signal } = options;
    try {
      const answer = await fetch(address, { headers: await this.#header(), ...(signal && { signal }) });
      if (!answer.ok) throw refusal(await answered(answer));
      return await answer.blob();
    } catch (thrown) {
      throw ConnectError.from(thrown, Code.Unavailable);
    }
  }

  async #header(): Promise<Record<string, string>> {
    if (this.#credentials.due) await this.#credentials.renew();
    const { token } = this.#credentials;
    return token === "" ? {} : { authorization: `Bearer ${token}` };
  }
}

interface Answer {
  readonly status: number;
  readonly body: string;
  /** When to try again, in seconds, where the server says. */
  readonly retryAfter: string | null;
}

/** Only `XMLHttpRequest` tells how far an upload got; where there is none, or nobody asks, `fetch` does. */
function post(url: URL, file: Blob, header: Record<string, string>, options: UploadOptions): Promise<Answer> {
  const type = file.type === "" ? "application/octet-stream" : file.type;
  const headers = { ...header, "content-type": type };
  const { signal, onProgress } = options;
  if (onProgress === undefined || typeof XMLHttpRequest === "undefined") return fetched(url, file, headers, signal);
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(ConnectError.from(signal.reason, Code.Canceled));
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    const end = (settle: () => void) => () => {
      signal?.removeEventListener("abort", abort);
      settle();
    };
    request.open("POST", url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => onProgress(Math.min(loaded, file.size), total || file.size);
    request.onload = end(() => resolve(ofRequest(request)));
    request.onerror = end(() => reject(new ConnectError("the upload was cut off", Code.Unavailable)));
    request.onabort = end(() => reject(ConnectError.from(signal?.reason, Code.Canceled)));
    signal?.addEventListener("abort", abort, { once: true });
    request.send(file);
  });
}

async function fetched(
  url: URL,
  file: Blob,
  headers: Record<string, string>,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  try {
    const answer = await fetch(url, { method: "POST", headers, body: file, ...(signal && { signal }) });
    return await answered(answer);
  } catch (thrown) {
    if (signal?.aborted) throw ConnectError.from(signal.reason, Code.Canceled);
    throw ConnectError.from(thrown, Code.Unavailable);
  }
}

async function answered(answer: Response): Promise<Answer> {
  return { status: answer.status, body: await answer.text(), retryAfter: answer.headers.get("retry-after") };
}

function ofRequest(request: XMLHttpRequest): Answer {
  const { status, responseText: body } = request;
  return { status, body, retryAfter: request.getResponseHeader("retry-after") };
}

/** The server's refusal as any call would have thrown it. */
function refusal({ status, body, retryAfter }: Answer): ConnectError {
  const seconds = Number(retryAfter);
  return httpError(codeOf(status), body, Number.isFinite(seconds) ? Math.min(86_400, Math.max(0, seconds)) * 1_000 : 0);
}

function codeOf(status: number): Code {
  switch (status) {
    case 400:
    case 413:
    case 415:
    case 422:
      return Code.InvalidArgument;
    case 401:
      return Code.Unauthenticated;
    case 403:
      return Code.PermissionDenied;
    case 404:
      return Code.NotFound;
    case 409:
      return Code.Aborted;
    case 429:
    case 507:
      return Code.ResourceExhausted;
    case 501:
      return Code.Unimplemented;
    case 500:
      return Code.Internal;
    default:
      return Code.Unavailable;
  }
}
