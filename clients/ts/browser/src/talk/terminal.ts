// Somebody at a terminal: `trivium chat`, typed into and read.

import { expect } from "vitest";
import { PATIENCE } from "../game/pages.js";
import { BINARY, type Program, type Server, startProgram } from "../harness/index.js";

/** A chat in a terminal. */
export class ChatTerminal {
  readonly #program: Program<string>;

  private constructor(program: Program<string>) {
    this.#program = program;
  }

  /** Begins or finds the private conversation with these users. The device's keys are kept in `keys`. */
  static async sealed(server: Server, token: string, others: readonly string[], keys: string): Promise<ChatTerminal> {
    const place = ["--sealed", ...others, "--keys", keys, "--server", server.url];
    const program = await startProgram(
      BINARY,
      // The first thing that it says.
      (line) => (/afety number/.test(line) ? line : undefined),
      { args: ["chat", ...place, "--follow"], env: { TRIVIUM_TOKEN: token }, output: "stdout" },
    );
    return new ChatTerminal(program);
  }

  type(line: string): void {
    this.#program.type(line);
  }

  /** Waits until it has said so. */
  async says(part: string): Promise<void> {
    await expect.poll(() => this.#program.log(), PATIENCE).toContain(part);
  }

  /** Everything that it has said. */
  log(): string {
    return this.#program.log();
  }

  close(): Promise<void> {
    return this.#program.stop();
  }
}
