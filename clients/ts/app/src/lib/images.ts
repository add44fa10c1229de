// Which pictures a page may show.

/** Whether a picture comes from this server. Browsers read a backslash as a slash, and read over tabs and ends of lines. */
export function isOwnImage(url: string): boolean {
  return /^\/(?![/\\])/.test(url.replaceAll(/[\t\n\r]/g, ""));
}
