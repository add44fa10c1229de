// Gives a file that the page holds to the browser to save.

/** The address of the file is taken back after this long; the browser has read it by then. */
const RELEASE_MS = 60_000;

export function download(bytes: Uint8Array, name: string, type: string): void {
  const url = URL.createObjectURL(new Blob([new Uint8Array(bytes)], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), RELEASE_MS);
}
