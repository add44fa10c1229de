// What surrounds a session: chance, the device's network, the page's life. Tests put something else in its place.

/** What may happen to the page or the device. */
export type Happening = "online" | "offline" | "network" | "visible" | "hidden" | "leaving";

/** What surrounds a session. */
export interface Environment {
  /** Evenly from 0 to 1. */
  random(): number;
  /** Whether the device says that it has a network. */
  readonly online: boolean;
  /** Whether nobody sees the page. */
  readonly hidden: boolean;
  /** Whether there is a page that can be reloaded. */
  readonly page: boolean;
  /** Calls back, until the returned function is called. */
  listen(listener: (happening: Happening) => void): () => void;
}

/** The browser, or any other JavaScript environment as far as it has the same. */
export function surroundings(): Environment {
  const { navigator, document } = globalThis;
  const connection: unknown = navigator && "connection" in navigator ? navigator.connection : undefined;
  return {
    random: Math.random,
    get online() {
      return navigator?.onLine ?? true;
    },
    get hidden() {
      return document?.visibilityState === "hidden";
    },
    page: document !== undefined,
    listen(listener) {
      const removals: (() => void)[] = [];
      const on = (target: unknown, type: string, happening: () => Happening) => {
        if (!(target instanceof EventTarget)) return;
        const heard = () => listener(happening());
        target.addEventListener(type, heard);
        removals.push(() => target.removeEventListener(type, heard));
      };
      on(globalThis, "online", () => "online");
      on(globalThis, "offline", () => "offline");
      on(globalThis, "pageshow", () => "visible");
      on(globalThis, "pagehide", () => "leaving");
      on(document, "visibilitychange", () => (document.visibilityState === "hidden" ? "hidden" : "visible"));
      on(connection, "change", () => "network");
      return () => {
        for (const remove of removals) remove();
      };
    },
  };
}
