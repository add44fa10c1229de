// What is inside of an envelope: the content with its length before it, and zeros behind it up to one of a few lengths.
//
// Neighbours: `message` seals and opens it.

import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { type SealedContent, SealedContentSchema } from "../proto.js";
import { type Bytes, ByteWriter } from "./bytes.js";

/** The lengths that there are: an observer learns which, and no more. */
export const LENGTHS: readonly number[] = [256, 512, 1_024, 2_048, 4_096, 8_192, 16_384];
const PREFIX = 4;

/** The plaintext of a content; `undefined` if it is too long. */
export function padded(content: SealedContent): Bytes | undefined {
  const encoded = toBinary(SealedContentSchema, content);
  const length = LENGTHS.find((each) => each >= encoded.length + PREFIX);
  if (length === undefined) return undefined;
  const zeros = new Uint8Array(length - PREFIX - encoded.length);
  return new ByteWriter().bytes(encoded).raw(zeros).done();
}

/** The content of a plaintext; `undefined` for anything that `padded` does not make. */
export function unpadded(plaintext: Bytes): SealedContent | undefined {
  if (!LENGTHS.includes(plaintext.length)) return undefined;
  const length = new DataView(plaintext.buffer, plaintext.byteOffset).getUint32(0);
  const end = PREFIX + length;
  const least = LENGTHS.find((each) => each >= end);
  if (least !== plaintext.length || plaintext.subarray(end).some((byte) => byte !== 0)) return undefined;
  try {
    return fromBinary(SealedContentSchema, plaintext.subarray(PREFIX, end));
  } catch {
    return undefined;
  }
}

/** A content. */
export function content(text: string, sendTimeMs: bigint, resendOf = 0n): SealedContent {
  return create(SealedContentSchema, { text, sendTimeMs, resendOf });
}
