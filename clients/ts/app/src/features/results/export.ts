// Results as files: asked of the server, handed to the browser's downloads.
import type { TriviumSession } from "@trivium/client";
import { QuizFileService, ResultsFileFormat } from "@trivium/client/proto";

/** Formats that are offered, with the endings by which people know them. */
export const FORMATS = [
  { format: ResultsFileFormat.XLSX, name: "XLSX" },
  { format: ResultsFileFormat.CSV, name: "CSV" },
  { format: ResultsFileFormat.JSON, name: "JSON" },
] as const;

/** How long the file stays in memory for a browser that asks first, in milliseconds. */
const KEPT_MS = 60_000;

/** Downloads the results of a room. Fails with the server's `ConnectError`. */
export async function downloadResults(
  session: TriviumSession,
  roomId: string,
  format: ResultsFileFormat,
): Promise<void> {
  const { file, fileName, contentType } = await session.client(QuizFileService).exportResults({ roomId, format });
  const url = URL.createObjectURL(new Blob([new Uint8Array(file)], { type: contentType }));
  const link = document.createElement("a");
  link.href = url;
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}
