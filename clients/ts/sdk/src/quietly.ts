// Calling what an application gave, without its failures becoming ours.

/** Calls a listener. What it throws is told to the environment and stops nobody else. */
export function quietly(listener: () => void): void {
  try {
    listener();
  } catch (error) {
    // `reportError` is missing in Node.
    queueMicrotask(() => {
      throw error;
    });
  }
}
