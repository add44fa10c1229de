// Addresses that people may press: pages of the web, and paths on this server. Everything else stays text.

/** A page of the web, by http or https; absent for anything else. */
export function webAddress(text: string): URL | undefined {
  if (!/^https?:\/\//i.test(text)) return undefined;
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/** Where a notification may lead: a path of this server that cannot leave it, or a page of the web; absent for nowhere. */
export function destination(link: string): { readonly path: string } | { readonly url: string } | undefined {
  if (/^\/(?![/\\])/.test(link) && !/[\\\s]/.test(link)) return { path: link };
  const url = webAddress(link);
  return url === undefined ? undefined : { url: url.href };
}

/** What every link to somebody else's page carries. */
export const AWAY = { target: "_blank", rel: "noopener noreferrer nofollow" } as const;
