// Commands that have no answer yet, in the order in which they were given.
//
// Pure, and generic in what a command is; `commands` sends and resolves. A command leaves the outbox exactly once: with its
// answer, or when it is given up. A lost connection only marks what was sent as to be sent again.

/** How a command may be sent. */
export interface Kind {
  /** Changes something: sent in the order given. */
  readonly ordered: boolean;
  /** Is worth nothing after a lost connection, such as "is typing". */
  readonly fleeting: boolean;
}

interface Entry<T> {
  readonly command: T;
  readonly kind: Kind;
  state: "waiting" | "sent" | "deferred";
  /** When a deferred command is due. */
  dueAt: number;
  tries: number;
}

/** The outbox. */
export class Outbox<T> {
  readonly #entries = new Map<bigint, Entry<T>>();
  readonly #capacity: number;
  #sent = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Commands without an answer. */
  get size(): number {
    return this.#entries.size;
  }

  /** Adds a command under an id higher than all before it; `false` if the outbox is full. */
  push(id: bigint, command: T, kind: Kind): boolean {
    if (this.#entries.size >= this.#capacity) return false;
    this.#entries.set(id, { command, kind, state: "waiting", dueAt: 0, tries: 0 });
    return true;
  }

  /**
   * The next command to send, if fewer than `window` are under way. `serial` lets one ordered command at a time be under way,
   * for roads that do not keep their order. Call `sent` for it.
   */
  next(now: number, window: number, serial: boolean): { id: bigint; command: T } | undefined {
    if (this.#sent >= window) return undefined;
    let blocked = false;
    for (const [id, entry] of this.#entries) {
      const waits = entry.state === "sent" ? serial : entry.state === "deferred" && entry.dueAt > now;
      if (entry.state !== "sent" && !waits && !(blocked && entry.kind.ordered)) return { id, command: entry.command };
      // What was put off keeps its place before whatever came after it, on every road.
      blocked ||= waits && entry.kind.ordered;
    }
    return undefined;
  }

  /** Notes that a command is under way. */
  sent(id: bigint): void {
    const entry = this.#entries.get(id);
    if (!entry || entry.state === "sent") return;
    entry.state = "sent";
    entry.tries += 1;
    this.#sent += 1;
  }

  /** The command that an answer belongs to; `undefined` if it has been answered. */
  take(id: bigint): T | undefined {
    const entry = this.#entries.get(id);
    if (!entry) return undefined;
    if (entry.state === "sent") this.#sent -= 1;
    this.#entries.delete(id);
    return entry.command;
  }

  /** The command, left where it is. */
  peek(id: bigint): T | undefined {
    return this.#entries.get(id)?.command;
  }

  /** Whether a command was sent at least once. */
  wasSent(id: bigint): boolean {
    return (this.#entries.get(id)?.tries ?? 0) > 0;
  }

  /** Puts a command off until `dueAt`; `false` if it was tried `tries` times, or is answered or fleeting. */
  defer(id: bigint, dueAt: number, tries: number): boolean {
    const entry = this.#entries.get(id);
    if (!entry || entry.kind.fleeting || entry.tries >= tries) return false;
    if (entry.state === "sent") this.#sent -= 1;
    entry.state = "deferred";
    entry.dueAt = dueAt;
    return true;
  }

  /** The earliest time for which a command was put off. */
  get nextDueAt(): number | undefined {
    const due = [...this.#entries.values()].filter((entry) => entry.state === "deferred").map((entry) => entry.dueAt);
    return due.length > 0 ? Math.min(...due) : undefined;
  }

  /** The connection is gone: everything is to be sent again. Returns the commands that are not worth it. */
  disconnected(): T[] {
    this.#sent = 0;
    const dropped: T[] = [];
    for (const [id, entry] of [...this.#entries]) {
      if (entry.kind.fleeting) {
        this.#entries.delete(id);
        dropped.push(entry.command);
      } else {
        entry.state = "waiting";
      }
    }
    return dropped;
  }

  /** Everything, in order. */
  get commands(): T[] {
    return [...this.#entries.values()].map((entry) => entry.command);
  }

  /** Everything, in order; the outbox is empty after that. */
  drain(): T[] {
    const all = this.commands;
    this.#entries.clear();
    this.#sent = 0;
    return all;
  }
}
