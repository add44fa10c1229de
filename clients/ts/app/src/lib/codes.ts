// Join codes as people see and type them, and which ones this device has used lately.
import { load, save } from "./storage";

const KEY = "trivium.codes";
/** How many codes are remembered. */
const KEPT = 4;
const SHORTEST = 6;
const LONGEST = 12;

/** A join code as the server writes it: capitals, no dashes or spaces. */
export function normalCode(code: string): string {
  return code
    .replaceAll(/[^\p{L}\p{N}]/gu, "")
    .toUpperCase()
    .slice(0, LONGEST);
}

/** Whether a code is long enough to be asked for. */
export function isCode(code: string): boolean {
  return normalCode(code).length >= SHORTEST;
}

/** A code in groups that are easy to read aloud: `ABCD EFGH`, `ABC DEF`. */
export function displayCode(code: string): string {
  const plain = normalCode(code);
  const group = plain.length % 4 === 0 || plain.length > 8 ? 4 : 3;
  return plain.match(new RegExp(`.{1,${group}}`, "g"))?.join(" ") ?? "";
}

/** Codes by which this device came in, the newest first. */
export function recentCodes(): readonly string[] {
  return (load(KEY) ?? "").split(" ").filter((code) => code !== "");
}

/** Remembers a code as the newest. */
export function rememberCode(code: string): void {
  const plain = normalCode(code);
  save(KEY, [plain, ...recentCodes().filter((each) => each !== plain)].slice(0, KEPT).join(" "));
}
