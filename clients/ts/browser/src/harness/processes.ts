// Programs under test as child processes: started, waited for, and ended with the suite.

import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

const START_MS = 20_000;
const STOP_MS = 10_000;
/** How much of what it said is kept for failures, in lines, where nobody wants more. */
const KEPT_LINES = 200;

/** How to start a program. */
export interface ProgramOptions {
  args?: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** Which of its outputs says that it is ready. */
  output: "stdout" | "stderr";
  /** How many lines of its output are kept [200]. */
  keptLines?: number;
}

/** A running program. */
export interface Program<T> {
  /** What it said when it was ready. */
  readonly said: T;
  /** The last lines of its output. */
  log(): string;
  /** Types a line into its standard input. */
  type(line: string): void;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
  /** Asks it to end, and waits; kills it if it takes too long. */
  stop(): Promise<void>;
}

/**
 * Starts a program and waits for the line that `ready` understands.
 *
 * @throws Error with its output if it ends before, or says nothing of the kind in time.
 */
export async function startProgram<T>(
  binary: string,
  ready: (line: string) => T | undefined,
  options: ProgramOptions,
): Promise<Program<T>> {
  // Standard input stays open: the test service ends when it is closed, even by the death of this process.
  const child = spawn(binary, options.args ?? [], { env: { ...inherited(), ...options.env }, stdio: "pipe" });
  const { keptLines = KEPT_LINES } = options;
  const lines: string[] = [];
  const ended = new Promise<void>((done) => {
    child.once("exit", () => done());
    child.once("error", () => done());
  });
  const log = () => lines.join("\n");
  const said = new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${binary} is not ready:\n${log()}`)), START_MS);
    const listen = (stream: Readable, speaks: boolean) =>
      createInterface(stream).on("line", (line) => {
        lines.push(line);
        if (lines.length > keptLines) lines.shift();
        const value = speaks ? ready(line) : undefined;
        if (value === undefined) return;
        clearTimeout(timer);
        resolve(value);
      });
    listen(child.stdout, options.output === "stdout");
    listen(child.stderr, options.output === "stderr");
    child.once("error", (error) => reject(new Error(`${binary} cannot be started: ${error.message}`)));
    ended.then(() => {
      clearTimeout(timer);
      reject(new Error(`${binary} ended:\n${log()}`));
    });
  });
  try {
    return {
      said: await said,
      log,
      type: (line) => void child.stdin.write(`${line}\n`),
      kill: () => end(child, ended, "SIGKILL"),
      stop: () => end(child, ended, "SIGTERM"),
    };
  } catch (error) {
    await end(child, ended, "SIGKILL");
    throw error;
  }
}

async function end(child: ChildProcess, ended: Promise<void>, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal);
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  await ended;
  clearTimeout(timer);
}

/** The environment without what is meant for suites: the server takes every `TRIVIUM_*` for its configuration. */
function inherited(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("TRIVIUM_"));
  return Object.fromEntries(own);
}
