// The last frames on the wire, kept while the page is open, and told at a pace that people can read.
import { createRegistry, type Message, toJson } from "@bufbuild/protobuf";
import type { Frame, Readable, TriviumSession } from "@trivium/client";
import {
  file_trivium_v1_chat,
  file_trivium_v1_chat_service,
  file_trivium_v1_common,
  file_trivium_v1_key,
  file_trivium_v1_key_service,
  file_trivium_v1_moderation,
  file_trivium_v1_moderation_service,
  file_trivium_v1_notification,
  file_trivium_v1_notification_service,
  file_trivium_v1_presence,
  file_trivium_v1_presence_service,
  file_trivium_v1_quiz,
  file_trivium_v1_quiz_file,
  file_trivium_v1_quiz_file_service,
  file_trivium_v1_quiz_service,
  file_trivium_v1_receipt,
  file_trivium_v1_receipt_service,
  file_trivium_v1_room,
  file_trivium_v1_room_service,
  file_trivium_v1_session,
} from "@trivium/client/proto";

/** Most frames kept. */
export const KEPT_FRAMES = 50;
/** How often the list may change, in milliseconds. */
const PACE_MS = 150;

/** The newest frame last. */
export interface Wire extends Readable<readonly Frame[]> {
  clear(): void;
  /** Listens until the returned function is called. */
  start(): () => void;
}

const wires = new WeakMap<TriviumSession, Wire>();

/** The wire of a session, the same for everybody who asks. */
export function wireOf(session: TriviumSession): Wire {
  const known = wires.get(session);
  if (known !== undefined) return known;
  const fresh = createWire(session);
  wires.set(session, fresh);
  return fresh;
}

function createWire(session: TriviumSession): Wire {
  const listeners = new Set<() => void>();
  let frames: Frame[] = [];
  let shown: readonly Frame[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tell = () => {
    timer = undefined;
    shown = frames;
    for (const listener of [...listeners]) listener();
  };
  return {
    get: () => shown,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    clear() {
      frames = [];
      clearTimeout(timer);
      tell();
    },
    start() {
      const stop = session.onFrame((frame) => {
        frames = [...frames.slice(1 - KEPT_FRAMES), frame];
        timer ??= setTimeout(tell, PACE_MS);
      });
      return () => {
        stop();
        clearTimeout(timer);
        timer = undefined;
      };
    },
  };
}

const registry = createRegistry(
  file_trivium_v1_chat,
  file_trivium_v1_chat_service,
  file_trivium_v1_common,
  file_trivium_v1_key,
  file_trivium_v1_key_service,
  file_trivium_v1_moderation,
  file_trivium_v1_moderation_service,
  file_trivium_v1_notification,
  file_trivium_v1_notification_service,
  file_trivium_v1_presence,
  file_trivium_v1_presence_service,
  file_trivium_v1_quiz,
  file_trivium_v1_quiz_file,
  file_trivium_v1_quiz_file_service,
  file_trivium_v1_quiz_service,
  file_trivium_v1_receipt,
  file_trivium_v1_receipt_service,
  file_trivium_v1_room,
  file_trivium_v1_room_service,
  file_trivium_v1_session,
);

/** Whoever reads these over a shoulder could be the person who is shown here. */
const SECRETS = new Set(["token", "resumeToken", "seatToken"]);

/** A frame's message in protobuf's JSON; secrets are left out. */
export function frameJson({ message }: Frame): string {
  const schema = "$typeName" in message ? registry.getMessage(String(message.$typeName)) : undefined;
  if (schema === undefined) return "{}";
  const hide = (key: string, value: unknown) => (SECRETS.has(key) && value !== "" ? "•••" : value);
  return JSON.stringify(toJson(schema, message as Message), hide, 2);
}

/** Whether a frame has a text in its name or way. */
export function matches(frame: Frame, filter: string): boolean {
  const wanted = filter.trim().toLowerCase();
  return `${frame.name} ${frame.via} ${frame.road} ${frame.direction}`.toLowerCase().includes(wanted);
}
