// Failures of streams, sessions and HTTP as gRPC statuses, and waiting that a signal ends.

import { Code, ConnectError } from "@connectrpc/connect";

/** Statuses are 1 to 16. */
const LAST_STATUS = 16;

/**
 * What the failure of a stream's reading half means. A server resets with the number of a status; codes without a meaning
 * are CANCELLED. A browser that tells no code, as Firefox, leaves UNAVAILABLE: whatever it was, the stream is lost.
 */
export function streamError(error: unknown, sessionOver: boolean): ConnectError {
  if (error instanceof ConnectError) return error;
  const { source, streamErrorCode } = told(error);
  if (sessionOver || source === "session") return unavailable("the session is lost", error);
  if (streamErrorCode === undefined) return unavailable("the stream is lost", error);
  const isStatus = streamErrorCode >= 1 && streamErrorCode <= LAST_STATUS;
  const code = isStatus ? (streamErrorCode as Code) : Code.Canceled;
  return new ConnectError(`the server reset the stream (${streamErrorCode})`, code, undefined, undefined, error);
}

/** UNAVAILABLE, with what caused it. */
export function unavailable(message: string, cause?: unknown): ConnectError {
  if (cause instanceof ConnectError) return cause;
  return new ConnectError(message, Code.Unavailable, undefined, undefined, cause);
}

/** The status of an HTTP status other than 200. */
export function httpError(status: number): ConnectError {
  const codes: Readonly<Record<number, Code>> = {
    401: Code.Unauthenticated,
    403: Code.PermissionDenied,
    404: Code.Unimplemented,
    429: Code.Unavailable,
    502: Code.Unavailable,
    503: Code.Unavailable,
    504: Code.Unavailable,
  };
  return new ConnectError(`HTTP ${status}`, codes[status] ?? Code.Unknown);
}

/** Why a signal was aborted, as a status: its own reason if that is one, CANCELLED otherwise. */
export function abortError(signal: AbortSignal): ConnectError {
  return ConnectError.from(signal.reason ?? "cancelled", Code.Canceled);
}

/**
 * Waits for a promise, or until the signal. What the promise brings too late goes to `late`.
 *
 * @throws ConnectError for the signal; whatever the promise rejects with.
 */
export function untilAborted<T>(promise: Promise<T>, signal?: AbortSignal, late?: (value: T) => void): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => {
      reject(abortError(signal));
      promise.then(late, ignore);
    };
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    promise.finally(() => signal.removeEventListener("abort", abort)).then(resolve, reject);
  });
}

/** For promises whose failure somebody else tells. */
export function ignore(): void {}

/** What a browser tells of a stream's failure. Not by class: older browsers have another, some none. */
function told(error: unknown): { source?: unknown; streamErrorCode?: number | undefined } {
  if (typeof error !== "object" || error === null) return {};
  const source = "source" in error ? error.source : undefined;
  const code = "streamErrorCode" in error ? error.streamErrorCode : undefined;
  return { source, streamErrorCode: typeof code === "number" ? code : undefined };
}
