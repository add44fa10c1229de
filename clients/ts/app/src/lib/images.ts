// Which pictures a page may show.

/** Whether a picture comes from this server. */
export function isOwnImage(url: string): boolean {
  return /^\/(?!\/)/.test(url);
}
