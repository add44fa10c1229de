// The nonce of the page's Content-Security-Policy, for libraries that write style sheets at run time.
import { setNonce } from "get-nonce";

/** The nonce that the server put into the page; empty where there is none, as under Vite's own server. */
export function styleNonce(): string {
  const meta = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]');
  // Browsers hide the attribute from scripts and keep the property.
  return meta?.nonce || meta?.getAttribute("nonce") || "";
}

/** Hands the nonce to the libraries that ask `get-nonce` for it (Mantine's scroll lock). */
export function adoptNonce(): void {
  const nonce = styleNonce();
  if (nonce !== "") setNonce(nonce);
}
