// Files on their way into a message: uploaded as soon as they are picked, and sent along once all are there.
import type { Attachment } from "@trivium/client/proto";
import { useSession } from "@trivium/client/react";
import { useCallback, useEffect, useRef, useState } from "react";
import { sentenceFor } from "../../../lib/failure";

/** Most files of a message. */
export const MOST_FILES = 10;

/** One file and how far it is. */
export interface PickedFile {
  readonly key: number;
  readonly name: string;
  readonly size: number;
  /** From 0 to 1. */
  readonly progress: number;
  readonly attachment?: Attachment;
  /** Why it was not taken. */
  readonly failure?: string;
}

/** The files of a message that is being written. */
export interface Files {
  readonly list: readonly PickedFile[];
  /** Those that are there. */
  readonly done: readonly Attachment[];
  /** Whether one is still on its way. */
  readonly busy: boolean;
  /** How many were left out, as a message takes no more. */
  readonly leftOut: number;
  add(files: readonly File[]): void;
  remove(key: number): void;
  /** Hands over those that are there, and begins anew. */
  take(): readonly Attachment[];
}

export function useFiles(roomId: string): Files {
  const session = useSession();
  const [list, setList] = useState<readonly PickedFile[]>([]);
  const [leftOut, setLeftOut] = useState(0);
  const uploads = useRef(new Map<number, AbortController>());
  const last = useRef(0);
  useEffect(() => {
    const running = uploads.current;
    return () => {
      for (const upload of running.values()) upload.abort();
    };
  }, []);
  const change = useCallback((key: number, part: Partial<PickedFile>) => {
    setList((all) => all.map((each) => (each.key === key ? { ...each, ...part } : each)));
  }, []);
  const add = (files: readonly File[]) => {
    const room = MOST_FILES - list.length;
    setLeftOut(Math.max(0, files.length - room));
    for (const file of files.slice(0, Math.max(0, room))) {
      last.current += 1;
      const key = last.current;
      const stop = new AbortController();
      uploads.current.set(key, stop);
      setList((all) => [...all, { key, name: file.name, size: file.size, progress: 0 }]);
      session
        .uploadFile(roomId, file, {
          name: file.name,
          signal: stop.signal,
          onProgress: (sent, total) => change(key, { progress: total === 0 ? 0 : sent / total }),
        })
        .then(
          (attachment) => change(key, { attachment, progress: 1 }),
          (error) => {
            if (!stop.signal.aborted) change(key, { failure: sentenceFor(error, "talk") ?? "" });
          },
        )
        .finally(() => uploads.current.delete(key));
    }
  };
  const remove = (key: number) => {
    uploads.current.get(key)?.abort();
    setLeftOut(0);
    setList((all) => all.filter((each) => each.key !== key));
  };
  const done = list.flatMap(({ attachment }) => attachment ?? []);
  const take = () => {
    setLeftOut(0);
    // What was refused stays, to be read.
    setList((all) => all.filter(({ attachment }) => attachment === undefined));
    return done;
  };
  const busy = list.some(({ attachment, failure }) => attachment === undefined && failure === undefined);
  return { list, done, busy, leftOut, add, remove, take };
}
