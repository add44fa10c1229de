// The installed browsers, driven by one library: Chromium over its own protocol, stock Firefox over WebDriver BiDi.

import { existsSync } from "node:fs";
import puppeteer, { type Browser } from "puppeteer-core";

/** A browser that suites run in. */
export type BrowserName = "chromium" | "firefox";

/** All of them. */
export const BROWSERS: readonly BrowserName[] = ["chromium", "firefox"];

const EXECUTABLES: Readonly<Record<BrowserName, { variable: string; path: string }>> = {
  chromium: { variable: "TRIVIUM_CHROMIUM", path: "/usr/bin/chromium" },
  firefox: { variable: "TRIVIUM_FIREFOX", path: "/usr/bin/firefox-esr" },
};

/** Never `--disable-quic`: WebTransport is QUIC. */
const CHROMIUM_ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Where a browser is (`TRIVIUM_CHROMIUM`, `TRIVIUM_FIREFOX`, or where Debian has it). */
export function executable(name: BrowserName): string {
  const { variable, path } = EXECUTABLES[name];
  return process.env[variable] ?? path;
}

/**
 * Whether suites are to leave this browser out. A missing browser is told; with `CI=true` it is not left out, so that
 * the suite fails.
 */
export function leaveOut(name: BrowserName): boolean {
  if (existsSync(executable(name)) || process.env.CI === "true") return false;
  console.warn(`${name} is NOT tested: there is no ${executable(name)}; set ${EXECUTABLES[name].variable}`);
  return true;
}

/** How to start a browser. */
export interface LaunchOptions {
  /** Further arguments. */
  args?: readonly string[];
  /** Size of the page, in CSS pixels [1,280 x 800]. */
  viewport?: { width: number; height: number };
  /** Accept certificates that nobody vouches for. */
  trustAnyone?: boolean;
}

/**
 * Starts a browser without windows, with a profile of its own.
 *
 * @throws Error if it is not installed.
 */
export async function launch(name: BrowserName, options: LaunchOptions = {}): Promise<Browser> {
  if (!existsSync(executable(name))) {
    throw new Error(`there is no ${executable(name)}; set ${EXECUTABLES[name].variable}`);
  }
  return puppeteer.launch({
    browser: name === "chromium" ? "chrome" : "firefox",
    executablePath: executable(name),
    headless: true,
    args: [...(name === "chromium" ? CHROMIUM_ARGS : []), ...(options.args ?? [])],
    acceptInsecureCerts: options.trustAnyone ?? false,
    defaultViewport: options.viewport ?? { width: 1_280, height: 800 },
  });
}
