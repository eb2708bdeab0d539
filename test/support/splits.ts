/**
 * Ways to cut bytes into pieces: every stream decoder is fed whole, byte by byte, and split at every offset,
 * and must come to the same result.
 */
export { concat } from '../../src/bytes/concat.js';

/** Whole, byte by byte, and (for up to `most` bytes) each split in two. */
export function* splits(bytes: Uint8Array, most = 2_000): Generator<Uint8Array[]> {
  yield [bytes];
  yield Array.from(bytes, (byte) => Uint8Array.of(byte));
  for (let at = 1; at < Math.min(bytes.length, most); at++) yield [bytes.subarray(0, at), bytes.subarray(at)];
}

/** The piece in the middle of a larger buffer, as it lies there in a captured packet. */
export function embedded(piece: Uint8Array): [chunk: Uint8Array, start: number, end: number] {
  const chunk = new Uint8Array(piece.length + 12).fill(0xee);
  chunk.set(piece, 7);
  return [chunk, 7, 7 + piece.length];
}

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
