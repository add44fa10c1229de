// Safety numbers: sixty digits that two people compare to know that they see the same devices.

import { type Bytes, ByteWriter, compareBytes, compareTexts } from "./bytes.js";
import { sha512 } from "./primitives.js";

const TITLE = "trivium-safety-v1";
const ROUNDS = 1_023;
const GROUPS = 6;
const GROUP_BYTES = 5;
const MODULUS = 100_000n;

/** A user with the signing keys of its present devices. */
export interface SafetyParty {
  readonly userId: string;
  readonly signingKeys: readonly Uint8Array[];
}

/** The number of two users, the same on both sides: twelve groups of five digits. None where one has no device. */
export async function safetyNumber(one: SafetyParty, other: SafetyParty): Promise<string | undefined> {
  if (one.signingKeys.length === 0 || other.signingKeys.length === 0) return undefined;
  const parties = [one, other].sort((a, b) => compareTexts(a.userId, b.userId));
  const groups = await Promise.all(parties.map(digits));
  return groups.flat().join(" ");
}

async function digits({ userId, signingKeys }: SafetyParty): Promise<string[]> {
  const first = new ByteWriter().str(TITLE).str(userId).u32(signingKeys.length);
  for (const key of [...signingKeys].sort(compareBytes)) first.raw(key);
  let hash: Bytes = await sha512(first.done());
  for (let round = 0; round < ROUNDS; round++) hash = await sha512(new ByteWriter().raw(hash).str(userId).done());
  return Array.from({ length: GROUPS }, (_, group) => {
    let number = 0n;
    for (const byte of hash.subarray(GROUP_BYTES * group, GROUP_BYTES * (group + 1)))
      number = number * 256n + BigInt(byte);
    return String(number % MODULUS).padStart(GROUP_BYTES, "0");
  });
}
