// Seeds of faces.

/** A seed that nobody else has drawn, most likely: 32 random bits. `randomUUID` is missing on pages without TLS. */
export function newSeed(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(4)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
