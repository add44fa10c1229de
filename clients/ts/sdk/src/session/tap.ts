// A tap on the wire: frames for an inspector, and how many messages pass.

import { type DescMessage, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { type ConnectRequest, ConnectRequestSchema, type ConnectResponse, ConnectResponseSchema } from "../proto.js";
import { quietly } from "../quietly.js";
import type { Frame, Road } from "../types.js";

/** Seconds over which messages are counted. */
const WINDOW_S = 4;

/** Sees every message of a session. Frames are made only while somebody listens. */
export class Tap {
  readonly #listeners = new Set<(frame: Frame) => void>();
  #nextId = 1;
  /** Messages in each of the last seconds, by the second. */
  readonly #counts = new Map<number, number>();

  listen(listener: (frame: Frame) => void): () => void {
    const own = (frame: Frame) => listener(frame);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  /** A message on the stream, or in a datagram. */
  request(road: Road, message: ConnectRequest): void {
    this.#pass("up", road, "stream", snake(message.request.case ?? "unknown"), ConnectRequestSchema, message);
  }

  response(road: Road, via: "stream" | "datagram", message: ConnectResponse): void {
    this.#pass("down", road, via, nameOf(message), ConnectResponseSchema, message);
  }

  /** A message of a unary call. */
  call<D extends DescMessage>(
    direction: Frame["direction"],
    road: Road,
    via: string,
    schema: D,
    message: MessageShape<D>,
  ): void {
    this.#pass(direction, road, via, schema.name, schema, message);
  }

  /** Messages per second, over the last few seconds. */
  get rate(): number {
    const second = Math.floor(performance.now() / 1_000);
    let passed = 0;
    for (const [at, count] of this.#counts) {
      if (at < second - WINDOW_S) this.#counts.delete(at);
      else if (at < second) passed += count;
    }
    return passed / WINDOW_S;
  }

  #pass<D extends DescMessage>(
    direction: Frame["direction"],
    road: Road,
    via: string,
    name: string,
    schema: D,
    message: MessageShape<D>,
  ): void {
    const at = performance.now();
    const second = Math.floor(at / 1_000);
    this.#counts.set(second, (this.#counts.get(second) ?? 0) + 1);
    if (this.#counts.size > 2 * WINDOW_S) this.#counts.delete(this.#counts.keys().next().value ?? 0);
    if (this.#listeners.size === 0) return;
    const bytes = toBinary(schema, message).length;
    const frame: Frame = { id: this.#nextId++, direction, road, via, name, bytes, at, message };
    for (const listener of [...this.#listeners]) quietly(() => listener(frame));
  }
}

/** Name of what the server says, such as `event.question_opened`. */
function nameOf({ response }: ConnectResponse): string {
  switch (response.case) {
    case "event":
      return `event.${snake(response.value.event.case ?? "unknown")}`;
    case "reply":
      return `reply.${snake(response.value.result.case ?? "unknown")}`;
    default:
      return snake(response.case ?? "unknown");
  }
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
