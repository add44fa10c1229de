// What the cases stand on: an open session with clients, what they expect, and payloads. Runs in the browser.

import { create } from "@bufbuild/protobuf";
import { type CallOptions, type Client, Code, ConnectError, createClient } from "@connectrpc/connect";
import {
  createWebTransportTransport,
  type OpenedWebTransport,
  openWebTransport,
  type WebTransportTransportOptions,
} from "@trivium/client/transport";
import { type Payload, PayloadSchema, TestService } from "../../gen/grpc/testing/test_pb.js";
import { ProbeService } from "../../gen/trivium/test/v1/probe_service_pb.js";

/** An open session. */
export interface Stage {
  /** Origin of the server. */
  readonly url: string;
  readonly opened: OpenedWebTransport;
  readonly tests: Client<typeof TestService>;
  readonly probe: Client<typeof ProbeService>;
  /** Clients of the same session with other options. */
  client(options?: Partial<WebTransportTransportOptions>): Client<typeof TestService>;
  /** A new name for the probe, with the metadata that tells it. `extra` is metadata too. */
  named(...extra: readonly string[]): { name: string; headers: Record<string, string> };
}

let names = 0;

/** Opens a session, and tries again while the server is coming back. */
export async function open(url: string): Promise<Stage> {
  let opened = await openWebTransport({ url }).catch(() => undefined);
  for (let more = 200; opened === undefined; more -= 1) {
    opened = await openWebTransport({ url }).catch((error) => {
      if (more <= 0) throw error;
      return undefined;
    });
  }
  const { webTransport } = opened;
  const transport = (options?: Partial<WebTransportTransportOptions>) =>
    createWebTransportTransport({ session: async () => webTransport, defaultTimeoutMs: 12_000, ...options });
  return {
    url,
    opened,
    tests: createClient(TestService, transport()),
    probe: createClient(ProbeService, transport()),
    client: (options) => createClient(TestService, transport(options)),
    named(...extra) {
      names += 1;
      const name = `${Date.now()}-${names}`;
      return { name, headers: { "x-probe": name, ...Object.fromEntries(extra.map((key) => [key, "1"])) } };
    },
  };
}

/** A payload of this size that no compression and no shift leaves alike. */
export function payload(size: number): Payload {
  return create(PayloadSchema, {
    body: Uint8Array.from({ length: size }, (_, index) => (index * 7 + (index >> 8)) & 255),
  });
}

/** Fails unless it holds. */
export function check(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what);
}

/** Fails unless both are the same, by their JSON. */
export function same(got: unknown, wanted: unknown, what = "value"): void {
  const [a, b] = [got, wanted].map((value) => JSON.stringify(value));
  check(a === b, `${what}: ${a} instead of ${b}`);
}

/** Waits for a failure with this status. */
export async function fails(code: Code, call: Promise<unknown>): Promise<ConnectError> {
  try {
    await call;
  } catch (error) {
    check(error instanceof ConnectError, `not a ConnectError: ${error}`);
    check(error.code === code, `${Code[error.code]} instead of ${Code[code]}: ${error.message} (${error.cause})`);
    return error;
  }
  throw new Error(`it succeeded instead of ${Code[code]}`);
}

/** Everything that comes. */
export async function all<T>(messages: AsyncIterable<T>): Promise<T[]> {
  const taken: T[] = [];
  for await (const message of messages) taken.push(message);
  return taken;
}

/** Messages that are pushed one by one. */
export class Outbox<T> implements AsyncIterable<T> {
  readonly #stream = new TransformStream<T, T>(undefined, { highWaterMark: 100 });
  readonly #writer = this.#stream.writable.getWriter();

  push(message: T): void {
    this.#writer.write(message).catch(() => {});
  }

  end(): void {
    this.#writer.close().catch(() => {});
  }

  async *[Symbol.asyncIterator](): AsyncIterator<T> {
    const reader = this.#stream.readable.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  }
}

/** Options of a call that can be cancelled. */
export function cancellable(headers: Record<string, string>): { options: CallOptions; cancel(): void } {
  const controller = new AbortController();
  return { options: { headers, signal: controller.signal }, cancel: () => controller.abort() };
}
