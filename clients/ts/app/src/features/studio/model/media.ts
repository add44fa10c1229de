// Pictures on their way to the server: `POST /media` with progress, and refusals with a name.
//
// Neighbour: `../editor/ImageField` is the field.

/** Types that the server takes. */
export const IMAGE_TYPES = ["image/png", "image/jpeg", "image/gif", "image/webp"] as const;

/** Why a picture was not taken. */
export class UploadError extends Error {
  /** Name of the server's reason, such as `IMAGE_TOO_LARGE`; `NETWORK` if there was no answer, `ABORTED` if it was given up. */
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.name = "UploadError";
    this.reason = reason;
  }
}

/** What the server says of a stored picture. */
export interface StoredImage {
  /** Address on this server, such as `/media/…`. */
  readonly url: string;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
}

interface UploadOptions {
  readonly token: string;
  /** Hears the part that is through, from 0 to 1. */
  readonly onProgress: (part: number) => void;
  readonly signal: AbortSignal;
}

/** Sends a picture. Breaks with an `UploadError`. */
export function uploadImage(file: Blob, { token, onProgress, signal }: UploadOptions): Promise<StoredImage> {
  return new Promise((resolve, reject) => {
    // `fetch` tells nothing of the way up.
    const request = new XMLHttpRequest();
    const fail = (reason: string, message: string) => reject(new UploadError(reason, message));
    request.open("POST", "/media");
    request.setRequestHeader("authorization", `Bearer ${token}`);
    request.setRequestHeader("content-type", file.type || "application/octet-stream");
    request.upload.onprogress = (event) => {
      if (event.lengthComputable && event.total > 0) onProgress(event.loaded / event.total);
    };
    request.onload = () => {
      const body = parse(request.responseText);
      const stored = storedOf(body);
      if (request.status === 201 && stored !== undefined) return resolve(stored);
      fail(textOf(body, "reason") ?? `HTTP_${request.status}`, textOf(body, "message") ?? request.statusText);
    };
    request.onerror = () => fail("NETWORK", "the server cannot be reached");
    request.onabort = () => fail("ABORTED", "given up");
    if (signal.aborted) return fail("ABORTED", "given up");
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(file);
  });
}

/** The first picture among dropped, pasted or chosen files. */
export function imageOf(files: Iterable<File> | undefined): File | undefined {
  return [...(files ?? [])].find((file) => file.type.startsWith("image/"));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function storedOf(body: unknown): StoredImage | undefined {
  const url = textOf(body, "url");
  if (url === undefined || typeof body !== "object" || body === null) return undefined;
  const { width, height } = body as { width?: unknown; height?: unknown };
  return typeof width === "number" && typeof height === "number" ? { url, width, height } : undefined;
}

function textOf(body: unknown, key: string): string | undefined {
  const value = typeof body === "object" && body !== null ? (body as Record<string, unknown>)[key] : undefined;
  return typeof value === "string" ? value : undefined;
}
