// The servers that suites run against: the real one, and one with the service of gRPC's interoperability tests.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeCertificate } from "./certificate.js";
import { type Program, startProgram } from "./processes.js";

/** Root of the repository. */
export const REPOSITORY = fileURLToPath(new URL("../../../../../", import.meta.url));

/** `trivium`: `TRIVIUM_BIN`, or the debug build. */
export const BINARY = binary("TRIVIUM_BIN", "trivium");

/** A running server on the loopback interface. */
export interface Server {
  /** Origin of its HTTP port, by address. */
  readonly url: string;
  /** The last lines of its log. */
  log(): string;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
  /** Ends it in good order, and removes its data if they are its own. */
  stop(): Promise<void>;
}

/** How to start the real server. */
export interface ServerOptions {
  /** Its data; a new directory that goes with it, if left out. */
  data?: string;
  /** Its HTTP address [a free port of 127.0.0.1]. */
  http?: string;
  /** Configuration by keys such as `http.allowed_origins`, beside limits that are far away. */
  config?: Readonly<Record<string, string>>;
  /** Serve by TLS, with a certificate that nobody trusts. */
  tls?: boolean;
  /** How many lines of its log are kept [200]. */
  keptLines?: number;
}

/** A server that suites may press hard. */
const PLENTY = {
  "limits.joins_per_minute": "1000000",
  "limits.chat_per_second": "100000",
  "limits.commands_per_second": "100000",
};

/** Starts `trivium serve` on free ports; the app that it serves is the one in it, or in the folder `TRIVIUM_APP`. */
export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const own = options.data === undefined ? await mkdtemp(join(tmpdir(), "trivium-browser-")) : undefined;
  const data = options.data ?? own ?? "";
  const app = process.env.TRIVIUM_APP === undefined ? {} : { "http.app_dir": process.env.TRIVIUM_APP };
  const made = options.tls ? await makeCertificate(data) : undefined;
  const tls = made && { "http.tls.certificate": made.certificate, "http.tls.key": made.key };
  const config = Object.entries({ ...PLENTY, ...app, ...tls, ...options.config });
  const program = await startProgram(BINARY, ready, {
    args: ["serve", "--http", options.http ?? "127.0.0.1:0", "--data", data, "--log-format", "json"],
    env: Object.fromEntries(config.map(([key, value]) => [variable(key), value])),
    output: "stderr",
    ...(options.keptLines !== undefined && { keptLines: options.keptLines }),
  });
  const { stop, ...server } = running(program, `${made ? "https" : "http"}://${program.said}`);
  const stopAndForget = async () => {
    await stop();
    if (own) await rm(own, { recursive: true, force: true });
  };
  return { ...server, stop: stopAndForget };
}

/** Starts `trivium-test-service` (`TRIVIUM_TEST_SERVICE`, or the debug build), see tests/service. */
export async function startTestService(): Promise<Server> {
  const program = await startProgram(
    binary("TRIVIUM_TEST_SERVICE", "trivium-test-service"),
    (line) => field(line, "http"),
    { output: "stdout" },
  );
  return running(program, program.said);
}

function running(program: Program<string>, url: string): Server {
  return { url, log: program.log, kill: program.kill, stop: program.stop };
}

function binary(name: string, built: string): string {
  return process.env[name] ?? join(REPOSITORY, "target/debug", built);
}

/** The server's log tells its address once it listens. */
function ready(line: string): string | undefined {
  return field(line, "webtransport") && field(line, "http");
}

function field(line: string, name: string): string | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== "object" || value === null) return undefined;
    const found: unknown = Object.entries(value).find(([key]) => key === name)?.[1];
    return typeof found === "string" ? found : undefined;
  } catch {
    return undefined;
  }
}

/** A configuration key as the server finds it in its environment. */
function variable(key: string): string {
  return `TRIVIUM_${key.toUpperCase().replaceAll(".", "__")}`;
}
